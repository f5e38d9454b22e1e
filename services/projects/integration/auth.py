"""Who may read systems and integrations, and who may ask to change them; `rights` has the last word."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

IntegrationsRead = Annotated[Principal, requires(Scope.integrations_read, READERS)]
IntegrationsWrite = Annotated[Principal, requires(Scope.integrations_write, LEADERS)]
