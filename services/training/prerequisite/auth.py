"""Who may read and change prerequisites, and who writes down completions."""

from typing import Annotated

from services.training.course.auth import PLANNERS, CourseRead, CourseWrite
from services.training.enrolment.auth import ENROLLERS
from shared.auth import Principal, Scope, requires

PrerequisiteRead = CourseRead
PrerequisiteWrite = CourseWrite
CompletionWrite = Annotated[Principal, requires(Scope.attendances_write, ENROLLERS)]
GapRead = Annotated[Principal, requires(Scope.enrolments_read, PLANNERS, everywhere=True)]

__all__ = ["ENROLLERS", "CompletionWrite", "GapRead", "PrerequisiteRead", "PrerequisiteWrite"]
