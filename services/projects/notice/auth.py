"""Who may choose what is mailed: every person, for themselves."""

from typing import Annotated

from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

PreferencesOwn = Annotated[Principal, requires(Scope.projects_read)]
