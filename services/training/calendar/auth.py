"""Who may keep calendar feeds: anybody for their own; for a unit, whoever sees its people's seats."""

from typing import Annotated

from services.training.enrolment.auth import READERS
from shared.auth import Principal, Scope, requires

FeedsKeep = Annotated[Principal, requires(Scope.sessions_read)]

__all__ = ["READERS", "FeedsKeep"]
