"""Who may read and change prerequisites, and who writes down completions."""

from typing import Annotated

from services.training.course.auth import PLANNERS, CourseRead, CourseWrite
from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

RECORDERS = (*PLANNERS, Role.unit_head)
PrerequisiteRead = CourseRead
PrerequisiteWrite = CourseWrite
CompletionWrite = Annotated[Principal, requires(Scope.attendances_write, RECORDERS)]
GapRead = Annotated[Principal, requires(Scope.enrolments_read, PLANNERS, everywhere=True)]

__all__ = ["RECORDERS", "CompletionWrite", "GapRead", "PrerequisiteRead", "PrerequisiteWrite"]
