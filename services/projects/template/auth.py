"""Who may read templates: everybody with the scope; they belong to no tenant."""

from typing import Annotated

from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

TemplatesRead = Annotated[Principal, requires(Scope.templates_read)]
