"""Who may count: those who administer the register, and those who lead or follow the rollout may read."""

from typing import Annotated

from shared.auth import Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_COUNTERS = (Role.register_admin, Role.tenant_admin)

StatisticsRead = Annotated[
    Principal,
    requires(Scope.exports_read, (*_COUNTERS, Role.approver, Role.auditor, Role.project_leader), everywhere=True),
]
StatisticsWrite = Annotated[Principal, requires(Scope.exports_write, _COUNTERS, everywhere=True)]


def may_see_exact(caller: Principal) -> bool:
    """Whether the caller may see small numbers: those who may read the persons themselves."""
    return caller.holds_everywhere(*_COUNTERS, Role.auditor)


def refusal_to_write(caller: Principal) -> Text | None:
    """Why StatisticsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.exports_write, _COUNTERS, everywhere=True)
