"""Who may do what with accounts."""

from typing import Annotated

from shared.auth import Principal, Role, Scope, requires

AccountsRead = Annotated[
    Principal, requires(Scope.accounts_read, roles=(Role.tenant_admin, Role.auditor), everywhere=True)
]
AccountsWrite = Annotated[Principal, requires(Scope.accounts_write, roles=(Role.tenant_admin,), everywhere=True)]
