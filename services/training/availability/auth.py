"""Who may tell when people, units and rooms can; heads tell it of their units and the people there."""

from typing import Annotated

from services.training.enrolment.auth import ENROLLERS, READERS
from shared.auth import Principal, Role, Scope, requires

LEADERS = (Role.project_leader, Role.tenant_admin)

AvailabilityRead = Annotated[Principal, requires(Scope.enrolments_read, READERS)]
AvailabilityWrite = Annotated[Principal, requires(Scope.sessions_write, ENROLLERS)]
AbsenceCapRead = Annotated[Principal, requires(Scope.sessions_read)]
AbsenceCapWrite = Annotated[Principal, requires(Scope.sessions_write, LEADERS, everywhere=True)]
