"""Who may name URLs that a tenant's events go to: its administrators; project leaders and auditors look on."""

from typing import Annotated

from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope
from shared.kit.files.stored import DataClass

READERS = (Role.tenant_admin, Role.project_leader, Role.auditor)

EndpointsRead = Annotated[Principal, requires(Scope.endpoints_read, READERS, everywhere=True)]
EndpointsWrite = Annotated[
    Principal, requires(Scope.endpoints_write, (Role.tenant_admin,), everywhere=True, data_class=DataClass.confidential)
]
