"""Who may do what with tenants."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires

TenantsRead = Annotated[Principal, requires(Scope.tenants_read)]
TenantsCreate = Annotated[
    Principal, requires(Scope.tenants_write, roles=(Role.platform_admin,), everywhere=True, min_acr=Acr.strong)
]
TenantsChange = Annotated[
    Principal, requires(Scope.tenants_write, roles=(Role.platform_admin, Role.tenant_admin), everywhere=True)
]
