"""Who may see, start and approve runs.

Counts may be seen by all who lead or follow the rollout; planned rows and findings speak of persons and are for those
who answer for the register.
"""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires

_KEEPERS = (Role.register_admin, Role.tenant_admin, Role.approver, Role.auditor)

RunsRead = Annotated[Principal, requires(Scope.runs_read, (*_KEEPERS, Role.project_leader), everywhere=True)]
PlansRead = Annotated[
    Principal, requires(Scope.runs_read, _KEEPERS, everywhere=True, data_class=DataClass.confidential)
]
RunsStart = Annotated[
    Principal,
    requires(
        Scope.runs_write, (Role.register_admin, Role.tenant_admin), everywhere=True, data_class=DataClass.confidential
    ),
]
RunsApprove = Annotated[
    Principal,
    requires(
        Scope.runs_write, (Role.register_admin, Role.approver), everywhere=True, data_class=DataClass.confidential
    ),
]
