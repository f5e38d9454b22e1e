"""Who may read signals: whoever may read projects. Nobody may write them."""

from typing import Annotated

from services.projects.project.rights import READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

SignalsRead = Annotated[Principal, requires(Scope.signals_read, READERS)]
