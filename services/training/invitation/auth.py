"""Who may write to everybody in a session, and who may choose how they are written to."""

from typing import Annotated

from services.training.course.auth import PLANNERS
from shared.auth import Principal, Scope, requires

MessagesWrite = Annotated[Principal, requires(Scope.sessions_write, PLANNERS, everywhere=True)]
MailOwn = Annotated[Principal, requires(Scope.sessions_read)]
