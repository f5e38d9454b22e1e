"""Who may ask: our services, with a token of their own for one tenant."""

from typing import Annotated

from shared.auth import Principal, Scope, internal

ClientLoginsReader = Annotated[Principal, internal(Scope.changes_read)]
