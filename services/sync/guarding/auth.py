"""Who may see and set what is borne of a source: those who answer for the register; the customer alone loosens."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_KEEPERS = (Role.register_admin, Role.tenant_admin)

PoliciesRead = Annotated[
    Principal,
    requires(Scope.runs_read, (*_KEEPERS, Role.approver, Role.auditor, Role.project_leader), everywhere=True),
]
PoliciesWrite = Annotated[
    Principal, requires(Scope.runs_write, _KEEPERS, everywhere=True, data_class=DataClass.confidential)
]

_CONFIRMERS = (*_KEEPERS, Role.approver)
PoliciesConfirm = Annotated[
    Principal, requires(Scope.runs_write, _CONFIRMERS, everywhere=True, data_class=DataClass.confidential)
]


def refusal_to_confirm(caller: Principal) -> Text | None:
    """Why PoliciesConfirm refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.runs_write, _CONFIRMERS, everywhere=True)


def refusal_to_write(caller: Principal) -> Text | None:
    """Why PoliciesWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.runs_write, _KEEPERS, everywhere=True)
