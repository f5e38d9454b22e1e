"""What can be wrong about an event of the public log."""

from shared.kit.problems import NotFound
from shared.kit.text import Text


class EventNotFound(NotFound):
    slug = "event-not-found"
    title = Text(sv="Händelsen finns inte", en="The event does not exist", da="Hændelsen findes ikke")


class EventTooLarge(Exception):
    """An event would make a webhook body above 20 kB; its contract is at fault, so the event is parked, not cut."""
