"""Who may read and change rooms: as for sessions."""

from typing import Annotated

from services.training.course.auth import PLANNERS
from shared.auth import Principal, Scope, requires

RoomRead = Annotated[Principal, requires(Scope.sessions_read)]
RoomWrite = Annotated[Principal, requires(Scope.sessions_write, PLANNERS, everywhere=True)]
