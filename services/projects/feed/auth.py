"""Who may keep calendar feeds: anybody with an account for their own; who reads plans, for projects and bodies."""

from typing import Annotated

from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

FeedsKeep = Annotated[Principal, requires(Scope.projects_read)]
