"""Who may read activities, and who may ask to change one; `rights` decides row by row."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import Requirement, requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

ActivitiesRead = Annotated[Principal, requires(Scope.activities_read, READERS)]
ActivitiesWrite = Annotated[Principal, requires(Scope.activities_write, LEADERS)]
# Whoever owns a row may say how far it is, whatever role; `rights` knows owners.
ActivitiesMove = Annotated[Principal, requires(Scope.activities_write)]

# The same demand as ActivitiesRead, for the list that answers before FastAPI's parsing.
MAY_READ = Requirement(Scope.activities_read, READERS)
