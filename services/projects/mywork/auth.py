"""Who may read my work: every person, whatever role. What they see is their own."""

from typing import Annotated

from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

MyWorkRead = Annotated[Principal, requires(Scope.projects_read)]
