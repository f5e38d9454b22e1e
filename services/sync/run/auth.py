"""Who may see, start and approve runs.

Counts may be seen by all who lead or follow the rollout; planned rows and findings speak of persons and are for those
who answer for the register.
"""

from typing import Annotated

from services.sync.roster.rights import for_whole_tenant
from shared.auth import Principal, Role, Scope

_KEEPERS = (Role.register_admin, Role.tenant_admin, Role.approver, Role.auditor)

RunsRead = Annotated[Principal, for_whole_tenant(Scope.runs_read, (*_KEEPERS, Role.project_leader))]
PlansRead = Annotated[Principal, for_whole_tenant(Scope.runs_read, _KEEPERS)]
RunsStart = Annotated[Principal, for_whole_tenant(Scope.runs_write, (Role.register_admin, Role.tenant_admin))]
RunsApprove = Annotated[Principal, for_whole_tenant(Scope.runs_write, (Role.register_admin, Role.approver))]
