"""Who names the issuer and changes its key."""

from typing import Annotated

from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

_READERS = (Role.project_leader, Role.tenant_admin, Role.trainer, Role.approver, Role.auditor)

IssuerRead = Annotated[Principal, requires(Scope.attendances_read, _READERS, everywhere=True)]
IssuerWrite = Annotated[Principal, requires(Scope.attendances_write, (Role.tenant_admin,), everywhere=True)]
