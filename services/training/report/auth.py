"""Who may read reports, and who says what a substitute costs. A unit's head sees the own units alone."""

from typing import Annotated
from uuid import UUID

from services.training.course.auth import PLANNERS
from services.training.coverage.auth import CoverageRead, visible_units
from services.training.session.auth import SessionRead
from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

_LISTS = (*PLANNERS, Role.unit_head, Role.auditor)
_MONEY = (Role.project_leader, Role.tenant_admin, Role.approver, Role.unit_head, Role.auditor)

AttendanceListRead = Annotated[Principal, requires(Scope.attendances_read, _LISTS)]
CostRead = Annotated[Principal, requires(Scope.coverage_read, _MONEY)]
RateRead = Annotated[Principal, requires(Scope.coverage_read, _MONEY)]
RateWrite = Annotated[
    Principal, requires(Scope.courses_write, (Role.project_leader, Role.tenant_admin), everywhere=True)
]

__all__ = [
    "AttendanceListRead",
    "CostRead",
    "CoverageRead",
    "RateRead",
    "RateWrite",
    "SessionRead",
    "cost_units",
    "list_units",
    "visible_units",
]


def list_units(caller: Principal) -> frozenset[UUID] | None:
    """The units whose people the caller may see on a list; None means all."""
    return caller.units_for(*_LISTS)


def cost_units(caller: Principal) -> frozenset[UUID] | None:
    """The units whose costs the caller may see; None means all."""
    return caller.units_for(*_MONEY)
