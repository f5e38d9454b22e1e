"""Who sees and decides on catch-up."""

from services.training.attendance.auth import AttendanceRead, AttendanceRule
from services.training.session.auth import SessionWrite

__all__ = ["AttendanceRead", "AttendanceRule", "SessionWrite"]
