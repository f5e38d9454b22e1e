"""Who may read and plan sessions."""

from typing import Annotated

from services.training.course.auth import PLANNERS
from shared.auth import Principal, Scope, requires

SessionRead = Annotated[Principal, requires(Scope.sessions_read)]
SessionWrite = Annotated[Principal, requires(Scope.sessions_write, PLANNERS, everywhere=True)]
