"""Who looks after a seat of their own: everybody with an account."""

from typing import Annotated

from shared.auth import Principal, Scope, requires

OwnSeatRead = Annotated[Principal, requires(Scope.enrolments_read)]
OwnSeatWrite = Annotated[Principal, requires(Scope.enrolments_write)]
