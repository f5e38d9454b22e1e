"""Who may do what with identity providers."""

from typing import Annotated

from shared.auth import Principal, Role, Scope, requires

ProvidersRead = Annotated[Principal, requires(Scope.tenants_read, roles=(Role.tenant_admin, Role.auditor))]
ProvidersWrite = Annotated[Principal, requires(Scope.tenants_write, roles=(Role.tenant_admin,))]
