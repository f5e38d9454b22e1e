"""Who may read gates and who may ask for a decision; `rights` has the last word on side and role."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope

GatesRead = Annotated[Principal, requires(Scope.gates_read, READERS)]
GatesDecide = Annotated[Principal, requires(Scope.gates_write, (Role.approver,))]
GatesAttest = Annotated[Principal, requires(Scope.gates_write, LEADERS)]
