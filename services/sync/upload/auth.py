"""Who may deliver registers: those who administer them, for the whole tenant. A supplier may, for its customer."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_LOADERS = (Role.register_admin, Role.tenant_admin)

UploadsRead = Annotated[
    Principal,
    requires(
        Scope.uploads_read, (*_LOADERS, Role.approver, Role.auditor), everywhere=True, data_class=DataClass.confidential
    ),
]
UploadsWrite = Annotated[
    Principal, requires(Scope.uploads_write, _LOADERS, everywhere=True, data_class=DataClass.confidential)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why UploadsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.uploads_write, _LOADERS, everywhere=True)
