"""Who may read and report deviations; the service decides row by row."""

from typing import Annotated

from services.projects.benefit.rights import WRITERS
from services.projects.project.rights import READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope

DeviationsRead = Annotated[Principal, requires(Scope.deviations_read, READERS)]
DeviationsReport = Annotated[Principal, requires(Scope.deviations_write, WRITERS)]
# The owner of a deviation may be anybody with a role here.
DeviationsMend = Annotated[Principal, requires(Scope.deviations_write, READERS)]
