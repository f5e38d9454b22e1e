"""Who may read coverage and needs."""

from typing import Annotated
from uuid import UUID

from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

STAFF = (
    Role.project_leader,
    Role.approver,
    Role.tenant_admin,
    Role.trainer,
    Role.unit_head,
    Role.register_admin,
    Role.auditor,
)

CoverageRead = Annotated[Principal, requires(Scope.coverage_read, STAFF)]
"""Whoever holds the role at some units sees those; at every unit, the authority."""


def visible_units(caller: Principal, wanted: UUID | None = None) -> frozenset[UUID] | None:
    """The units that `caller` may look at, narrowed to `wanted`; None means all of them."""
    units = caller.units_for(*STAFF)
    if wanted is None:
        return units
    return frozenset({wanted}) if units is None or wanted in units else frozenset()
