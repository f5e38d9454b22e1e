"""Who may read the event log: whoever follows the whole rollout. Events hold ids, not personal data."""

from typing import Annotated

from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope

READERS = (Role.tenant_admin, Role.project_leader, Role.auditor)

EventsRead = Annotated[Principal, requires(Scope.events_read, READERS, everywhere=True)]
