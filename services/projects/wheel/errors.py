"""What can be wrong about the annual wheel."""

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class WheelNotFound(NotFound):
    slug = "annual-wheel-not-found"
    title = Text(sv="Årshjulet finns inte", en="No such annual wheel", da="Årshjulet findes ikke")


class WheelEventNotFound(NotFound):
    slug = "wheel-event-not-found"
    title = Text(sv="Händelsen finns inte i årshjulet", en="No such event in the annual wheel")


class WheelKeyTaken(Conflict):
    slug = "wheel-key-taken"
    title = Text(sv="Nyckeln används redan", en="The key is taken already")


class TermStartMissing(Invalid):
    """An event is reckoned from a day that only the customer knows; each such day is named."""

    slug = "wheel-day-missing"
    title = Text(sv="Ange dagen som händelser räknas från", en="Give the day that events are reckoned from")

    def __init__(self, names: list[str]) -> None:
        super().__init__(errors=[FieldError(pointer=f"#/{name}", detail=self.title, code="missing") for name in names])
