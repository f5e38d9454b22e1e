"""Who may read where content goes, who may ask to change it, and who may check a unit; `rights` has the last word."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope

TransfersRead = Annotated[Principal, requires(Scope.migrations_read, READERS)]
TransfersWrite = Annotated[Principal, requires(Scope.migrations_write, LEADERS)]
TransfersCheck = Annotated[Principal, requires(Scope.migrations_write, (*LEADERS, Role.unit_head))]
