"""Who may read and run programmes; `rights` says which side."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope

ProgrammesRead = Annotated[Principal, requires(Scope.programmes_read, (*READERS, Role.programme_viewer))]
ProgrammesWrite = Annotated[Principal, requires(Scope.programmes_write, LEADERS)]
