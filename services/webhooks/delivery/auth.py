"""Who may see what was sent and how it was answered, and send it again."""

from typing import Annotated

from services.webhooks.endpoint.auth import READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope

DeliveriesRead = Annotated[Principal, requires(Scope.deliveries_read, READERS, everywhere=True)]
DeliveriesWrite = Annotated[Principal, requires(Scope.deliveries_write, (Role.tenant_admin,), everywhere=True)]
EndpointsTest = Annotated[Principal, requires(Scope.endpoints_write, (Role.tenant_admin,), everywhere=True)]
