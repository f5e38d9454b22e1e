"""Who may appoint people for a training role."""

from typing import Annotated

from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

APPOINTERS = (Role.project_leader, Role.tenant_admin, Role.unit_head)
READERS = (*APPOINTERS, Role.trainer, Role.auditor)

AppointmentRead = Annotated[Principal, requires(Scope.coverage_read, READERS)]
AppointmentWrite = Annotated[Principal, requires(Scope.courses_write, APPOINTERS)]
