"""What can go wrong with a session."""

from shared.kit.problems import NotFound
from shared.kit.text import Text


class SessionNotFound(NotFound):
    slug = "session-not-found"
    title = Text(sv="Inloggningen finns inte", en="The login does not exist", da="Loginnet findes ikke")
