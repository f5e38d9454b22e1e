"""Who may see how ready units are: who follows all of them, and each head for the own units."""

from typing import Annotated

from services.projects.project.rights import READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope

EVERY_UNIT = (Role.tenant_admin, Role.project_leader, Role.approver, Role.auditor)

ReadinessRead = Annotated[Principal, requires(Scope.projects_read, (*EVERY_UNIT, Role.unit_head))]
ReadinessList = Annotated[Principal, requires(Scope.projects_read, EVERY_UNIT, everywhere=True)]
LateRead = Annotated[Principal, requires(Scope.activities_read, READERS)]


def may_see(caller: Principal, unit_id: object) -> bool:
    """Whether the caller follows every unit, or heads this one."""
    if caller.holds_everywhere(*EVERY_UNIT):
        return True
    heads = caller.units_for(Role.unit_head)
    return heads is None or unit_id in heads
