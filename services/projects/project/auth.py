"""Who may read and lead projects. What a caller may change row by row stands in `rights`."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

ProjectsRead = Annotated[Principal, requires(Scope.projects_read, READERS)]
ProjectsWrite = Annotated[Principal, requires(Scope.projects_write, LEADERS)]
