"""Who may read the catalogue: everybody who is logged in; it describes us, not a tenant."""

from typing import Annotated

from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

CatalogueRead = Annotated[Principal, requires(Scope.events_read)]
