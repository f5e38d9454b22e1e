"""Who may do what with identity providers. Whoever sets one decides who is who, so it needs a strong login."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires

ProvidersRead = Annotated[
    Principal, requires(Scope.tenants_read, roles=(Role.tenant_admin, Role.auditor), everywhere=True)
]
ProvidersWrite = Annotated[
    Principal, requires(Scope.tenants_write, roles=(Role.tenant_admin,), everywhere=True, min_acr=Acr.strong)
]
