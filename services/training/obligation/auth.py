"""Who may set rules, see what is owed, attest and release."""

from typing import Annotated

from services.training.course.auth import PLANNERS, CourseRead, CourseWrite
from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

KEEPERS = (Role.project_leader, Role.tenant_admin, Role.unit_head)
READERS = (*KEEPERS, Role.trainer, Role.auditor)
ATTESTERS = (*PLANNERS, Role.unit_head)

CascadeRead = CourseRead
CascadeWrite = CourseWrite
# A participant sees and attests what they owe themselves; the service looks whose it is.
ObligationRead = Annotated[Principal, requires(Scope.coverage_read, (*READERS, Role.participant))]
ObligationAttest = Annotated[Principal, requires(Scope.attendances_write, (*ATTESTERS, Role.participant))]
ObligationRelease = Annotated[Principal, requires(Scope.courses_write, KEEPERS)]

__all__ = [
    "ATTESTERS",
    "KEEPERS",
    "READERS",
    "CascadeRead",
    "CascadeWrite",
    "ObligationAttest",
    "ObligationRead",
    "ObligationRelease",
]
