"""Who may read decisions and who may ask for one; `rights` has the last word on side and role."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope

DecisionsRead = Annotated[Principal, requires(Scope.decisions_read, READERS)]
DecisionsWrite = Annotated[Principal, requires(Scope.decisions_write, LEADERS)]
DecisionsTake = Annotated[Principal, requires(Scope.decisions_write, (Role.approver,))]
UsagesWrite = Annotated[Principal, requires(Scope.decisions_write, (*LEADERS, Role.unit_head))]
