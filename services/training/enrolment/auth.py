"""Who may enrol people and write down who came."""

from typing import Annotated

from services.training.course.auth import PLANNERS
from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

ENROLLERS = (*PLANNERS, Role.unit_head)
READERS = (*ENROLLERS, Role.approver, Role.auditor)

EnrolmentRead = Annotated[Principal, requires(Scope.enrolments_read, READERS)]
EnrolmentWrite = Annotated[Principal, requires(Scope.enrolments_write, ENROLLERS)]
AttendanceWrite = Annotated[Principal, requires(Scope.attendances_write, PLANNERS, everywhere=True)]
