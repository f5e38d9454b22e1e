"""The running identity service with the demo cast, as identity's own tests have it."""

from tests.identity.conftest import world

__all__ = ["world"]
