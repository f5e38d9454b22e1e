"""Who may do what with memberships. Handing out rights needs a strong login; a script, which has none, cannot."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires

_ADMINISTRATORS = (Role.tenant_admin, Role.platform_admin)

MembershipsRead = Annotated[
    Principal,
    requires(Scope.memberships_read, roles=(*_ADMINISTRATORS, Role.project_leader, Role.auditor), everywhere=True),
]
MembershipsWrite = Annotated[
    Principal, requires(Scope.memberships_write, roles=_ADMINISTRATORS, everywhere=True, min_acr=Acr.strong)
]
