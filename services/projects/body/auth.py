"""Who may read how a project is steered, and who may ask to change it; `rights` has the last word on side and role."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

BodiesRead = Annotated[Principal, requires(Scope.bodies_read, READERS)]
BodiesWrite = Annotated[Principal, requires(Scope.bodies_write, LEADERS)]
