"""Who may do what with clients."""

from typing import Annotated

from shared.auth import Principal, Role, Scope, requires

ClientsRead = Annotated[Principal, requires(Scope.clients_read, roles=(Role.tenant_admin, Role.auditor))]
ClientsWrite = Annotated[Principal, requires(Scope.clients_write, roles=(Role.tenant_admin,))]
