"""Who may deliver registers: those who administer them, for the whole tenant. A supplier may, for its customer."""

from typing import Annotated

from services.sync.roster.rights import for_whole_tenant
from shared.auth import Principal, Role, Scope

_LOADERS = (Role.register_admin, Role.tenant_admin)

UploadsRead = Annotated[Principal, for_whole_tenant(Scope.uploads_read, (*_LOADERS, Role.approver, Role.auditor))]
UploadsWrite = Annotated[Principal, for_whole_tenant(Scope.uploads_write, _LOADERS)]
