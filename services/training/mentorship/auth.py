"""Who may see and arrange mentorships."""

from typing import Annotated

from services.training.course.auth import PLANNERS
from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

ARRANGERS = (*PLANNERS, Role.unit_head)
READERS = (*ARRANGERS, Role.auditor)

# A participant sees whom they accompany and who accompanies them.
MentorshipRead = Annotated[Principal, requires(Scope.enrolments_read, (*READERS, Role.participant))]
MentorshipWrite = Annotated[Principal, requires(Scope.enrolments_write, ARRANGERS)]
