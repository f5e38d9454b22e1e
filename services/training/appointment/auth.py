"""Who may appoint people for a training role."""

from typing import Annotated

from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

APPOINTERS = (Role.project_leader, Role.tenant_admin, Role.unit_head)

AppointmentRead = Annotated[Principal, requires(Scope.coverage_read, (*APPOINTERS, Role.trainer, Role.auditor))]
AppointmentWrite = Annotated[Principal, requires(Scope.courses_write, APPOINTERS)]
