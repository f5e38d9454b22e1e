"""Who may see and end whose sessions."""

from typing import Annotated

from shared.auth import Acr, DataClass, Principal, Role, Scope, requires

# One's own, with any token of one's own.
OwnSessions = Annotated[Principal, requires(None)]
SessionsRead = Annotated[
    Principal,
    requires(
        Scope.accounts_read, roles=(Role.tenant_admin, Role.auditor), everywhere=True, data_class=DataClass.confidential
    ),
]
SessionsEnd = Annotated[
    Principal, requires(Scope.accounts_write, roles=(Role.tenant_admin,), everywhere=True, min_acr=Acr.strong)
]
