"""Who may read and keep calendars; changing one is the customer's, as `rights` says."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

CalendarsRead = Annotated[Principal, requires(Scope.calendars_read, READERS)]
CalendarsWrite = Annotated[Principal, requires(Scope.calendars_write, LEADERS)]
