"""Who may see and decide whether two are one person: those who answer for the register, for the whole tenant."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_DECIDERS = (Role.register_admin, Role.tenant_admin)

CasesRead = Annotated[
    Principal,
    requires(
        Scope.runs_read,
        (*_DECIDERS, Role.approver, Role.auditor),
        everywhere=True,
        data_class=DataClass.confidential,
    ),
]
CasesDecide = Annotated[
    Principal, requires(Scope.runs_write, _DECIDERS, everywhere=True, data_class=DataClass.confidential)
]


def refusal_to_decide(caller: Principal) -> Text | None:
    """Why CasesDecide refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.runs_write, _DECIDERS, everywhere=True)
