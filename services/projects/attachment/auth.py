"""Who may read and attach documents; `service` decides document by document."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

AttachmentsRead = Annotated[Principal, requires(Scope.files_read, READERS)]
AttachmentsWrite = Annotated[Principal, requires(Scope.files_write, LEADERS)]
