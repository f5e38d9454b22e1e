"""Who may read the copied units: whoever may read projects."""

from typing import Annotated

from services.projects.project.rights import READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

UnitsRead = Annotated[Principal, requires(Scope.units_read, READERS)]
