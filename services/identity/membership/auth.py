"""Who may do what with memberships."""

from typing import Annotated

from shared.auth import Principal, Role, Scope, requires

_ADMINISTRATORS = (Role.tenant_admin, Role.platform_admin)

MembershipsRead = Annotated[
    Principal, requires(Scope.memberships_read, roles=(*_ADMINISTRATORS, Role.project_leader, Role.auditor))
]
MembershipsWrite = Annotated[Principal, requires(Scope.memberships_write, roles=_ADMINISTRATORS)]
