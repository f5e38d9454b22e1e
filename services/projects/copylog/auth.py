"""Who may read the copy log, enter copies and ask for a certificate; `rights` has the last word."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope
from shared.kit.files.stored import DataClass

CopiesRead = Annotated[Principal, requires(Scope.migrations_read, READERS, data_class=DataClass.confidential)]
CopiesWrite = Annotated[Principal, requires(Scope.migrations_write, LEADERS, data_class=DataClass.confidential)]
PurgesCertify = Annotated[
    Principal, requires(Scope.migrations_write, (Role.approver,), data_class=DataClass.confidential)
]
