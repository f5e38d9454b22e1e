"""Who may see which versions the roster has had."""

from typing import Annotated

from shared.auth import Principal, Role, Scope, requires

RostersRead = Annotated[
    Principal,
    requires(
        Scope.rosters_read,
        (Role.register_admin, Role.tenant_admin, Role.approver, Role.project_leader, Role.auditor),
    ),
]
