"""Who may plan, and who may let a plan become sessions."""

from typing import Annotated

from services.training.availability.auth import LEADERS
from services.training.course.auth import PLANNERS
from services.training.enrolment.auth import READERS
from shared.auth import Principal, Scope, requires

__all__ = ["LEADERS", "PLANNERS", "PlanApprove", "PlanRead", "PlanWrite"]

PlanRead = Annotated[Principal, requires(Scope.sessions_read, READERS, everywhere=True)]
PlanWrite = Annotated[Principal, requires(Scope.sessions_write, PLANNERS, everywhere=True)]
PlanApprove = Annotated[Principal, requires(Scope.sessions_write, LEADERS, everywhere=True)]
