"""Who opens doors, and who goes through them: anybody in the roster, with their own account."""

from typing import Annotated

from services.training.attendance.auth import AttendanceWrite
from shared.auth import Principal, Scope, requires

CheckIn = Annotated[Principal, requires(Scope.attendances_write)]

__all__ = ["AttendanceWrite", "CheckIn"]
