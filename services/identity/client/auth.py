"""Who may do what with clients. Making one hands out rights, so it needs a strong login."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires

ClientsRead = Annotated[
    Principal, requires(Scope.clients_read, roles=(Role.tenant_admin, Role.auditor), everywhere=True)
]
ClientsWrite = Annotated[
    Principal, requires(Scope.clients_write, roles=(Role.tenant_admin,), everywhere=True, min_acr=Acr.strong)
]
