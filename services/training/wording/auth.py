"""Who reads and writes the words of the mails, and the tenant's rule for them."""

from typing import Annotated

from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

WRITERS = (Role.project_leader, Role.tenant_admin)

WordingRead = Annotated[Principal, requires(Scope.sessions_read, (*WRITERS, Role.trainer, Role.auditor))]
WordingWrite = Annotated[Principal, requires(Scope.sessions_write, WRITERS, everywhere=True)]
