"""Who takes rolls along and sends them back."""

from services.training.attendance.auth import AttendanceWrite

__all__ = ["AttendanceWrite"]
