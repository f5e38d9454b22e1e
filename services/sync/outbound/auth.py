"""Who may send registers to a platform: those who administer them, for the whole tenant."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_SENDERS = (Role.register_admin, Role.tenant_admin)

ExportsRead = Annotated[
    Principal,
    requires(
        Scope.exports_read,
        (*_SENDERS, Role.approver, Role.auditor),
        everywhere=True,
        data_class=DataClass.confidential,
    ),
]
ExportsWrite = Annotated[
    Principal, requires(Scope.exports_write, _SENDERS, everywhere=True, data_class=DataClass.confidential)
]
_CONFIRMERS = (*_SENDERS, Role.approver)
ExportsConfirm = Annotated[
    Principal, requires(Scope.exports_write, _CONFIRMERS, everywhere=True, data_class=DataClass.confidential)
]


def refusal_to_confirm(caller: Principal) -> Text | None:
    """Why ExportsConfirm refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.exports_write, _CONFIRMERS, everywhere=True)


def refusal_to_send(caller: Principal) -> Text | None:
    """Why ExportsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.exports_write, _SENDERS, everywhere=True)
