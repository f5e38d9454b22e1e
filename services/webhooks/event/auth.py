"""Who may read the event log: whoever follows the whole rollout. Events hold ids, not personal data."""

from typing import Annotated

from services.webhooks.endpoint.auth import READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

EventsRead = Annotated[Principal, requires(Scope.events_read, READERS, everywhere=True)]
