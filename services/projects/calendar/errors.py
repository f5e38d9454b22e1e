"""What can be wrong about calendars."""

from shared.kit.problems import FieldError, Invalid, NotFound
from shared.kit.text import Text


class CalendarExceptionNotFound(NotFound):
    slug = "calendar-exception-not-found"
    title = Text(sv="Undantaget finns inte", en="No such calendar exception", da="Undtagelsen findes ikke")


class DaysOutOfOrder(Invalid):
    """The last day lies before the first, or too long after it."""

    slug = "calendar-days-out-of-order"
    title = Text(
        sv="Sista dagen ligger före den första, eller mer än 400 dagar efter",
        en="The last day lies before the first, or more than 400 days after it",
        da="Sidste dag ligger før den første eller mere end 400 dage efter",
    )

    def __init__(self, pointer: str = "#/endsOn") -> None:
        super().__init__(errors=[FieldError(pointer=pointer, detail=self.title, code="out_of_order")])


class UnitUnknown(Invalid):
    slug = "calendar-unit-unknown"
    title = Text(
        sv="Enheten finns inte hos huvudmannen",
        en="The authority has no such unit",
        da="Myndigheden har ingen sådan enhed",
    )

    def __init__(self, pointer: str = "#/unitId") -> None:
        super().__init__(errors=[FieldError(pointer=pointer, detail=self.title, code="unknown")])
