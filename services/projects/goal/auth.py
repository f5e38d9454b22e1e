"""Who may read and change goals; `rights` decides row by row."""

from typing import Annotated

from services.projects.benefit.rights import WRITERS
from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

GoalsRead = Annotated[Principal, requires(Scope.goals_read, READERS)]
GoalsLead = Annotated[Principal, requires(Scope.goals_write, LEADERS)]
# The owner of a goal may be anybody with a role here.
GoalsMove = Annotated[Principal, requires(Scope.goals_write, READERS)]
GoalsAnswer = Annotated[Principal, requires(Scope.goals_write, WRITERS)]
