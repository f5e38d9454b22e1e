"""Who may join programmes for the authority."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

MembershipsRead = Annotated[Principal, requires(Scope.programmes_read, READERS)]
MembershipsWrite = Annotated[Principal, requires(Scope.programmes_write, LEADERS)]
