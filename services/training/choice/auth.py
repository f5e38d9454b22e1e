"""Who may read and make choices: as for sessions."""

from typing import Annotated

from services.training.course.auth import PLANNERS
from shared.auth import Principal, Scope, requires

SessionChoiceRead = Annotated[Principal, requires(Scope.sessions_read)]
SessionChoiceWrite = Annotated[Principal, requires(Scope.sessions_write, PLANNERS, everywhere=True)]
