"""Who asks, who answers, and who sees the answers."""

from typing import Annotated

from services.training.attendance.auth import AttendanceRead, AttendanceRule
from shared.auth import Principal, Scope, requires

FeedbackGive = Annotated[Principal, requires(Scope.attendances_write)]
FormRead = Annotated[Principal, requires(Scope.attendances_read)]

__all__ = ["AttendanceRead", "AttendanceRule", "FeedbackGive", "FormRead"]
