"""What can be wrong with a session."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class CapacityBelowTaken(Conflict):
    slug = "capacity-below-taken"
    title = Text(sv="Fler är bokade än så", en="More seats are taken than that", da="Flere pladser er optaget")


class SessionClosed(Conflict):
    slug = "session-closed"
    title = Text(sv="Tillfället är avslutat", en="The session is closed", da="Sessionen er lukket")
