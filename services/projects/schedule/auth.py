"""Who may read computed plans, ask "what if", and let a plan be moved; `rights` has the last word."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

SchedulesRead = Annotated[Principal, requires(Scope.activities_read, READERS)]
SchedulesWrite = Annotated[Principal, requires(Scope.activities_write, LEADERS)]
CalendarPreviewsRead = Annotated[Principal, requires(Scope.calendars_read, READERS)]
GateExplanationsRead = Annotated[Principal, requires(Scope.gates_read, READERS)]
