"""Who may read and set attendance."""

from typing import Annotated

from services.training.course.auth import PLANNERS
from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

READERS = (*PLANNERS, Role.approver, Role.auditor)

AttendanceRead = Annotated[Principal, requires(Scope.attendances_read, READERS, everywhere=True)]
AttendanceWrite = Annotated[Principal, requires(Scope.attendances_write, PLANNERS, everywhere=True)]
AttendanceRule = Annotated[
    Principal, requires(Scope.attendances_write, (Role.project_leader, Role.tenant_admin), everywhere=True)
]
