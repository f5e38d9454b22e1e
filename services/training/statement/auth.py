"""Who may say where learning records go."""

from typing import Annotated

from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

KEEPERS = (Role.tenant_admin,)

StoreRead = Annotated[
    Principal, requires(Scope.courses_read, (*KEEPERS, Role.project_leader, Role.auditor), everywhere=True)
]
StoreWrite = Annotated[Principal, requires(Scope.courses_write, KEEPERS, everywhere=True)]
