"""Who may read the log of logins: everybody the own entries, administrators and auditors all of the tenant."""

from typing import Annotated

from shared.auth import Acr, DataClass, Principal, Role, Scope, requires

LoginLogRead = Annotated[
    Principal,
    requires(
        Scope.journal_read, roles=(Role.auditor, Role.tenant_admin), everywhere=True, data_class=DataClass.confidential
    ),
]
LoginLogWrite = Annotated[
    Principal, requires(Scope.tenants_write, roles=(Role.tenant_admin,), everywhere=True, min_acr=Acr.strong)
]
OwnLogins = Annotated[Principal, requires(None)]
