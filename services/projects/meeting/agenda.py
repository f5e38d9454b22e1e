"""The agenda of a day: points in order, with clock times that add up (AU-M). Pure."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from services.projects.meeting.models import AgendaItem
from services.projects.meeting.schemas import AgendaItemInput
from shared.kit.problems import FieldError
from shared.kit.text import Text

_ANY_DAY = date(2000, 1, 3)


def clock_times(start: time, minutes: Sequence[int]) -> list[tuple[time, time]]:
    """Begin and end of each point, one after the other from `start`."""
    found, at = [], datetime.combine(_ANY_DAY, start)
    for length in minutes:
        end = at + timedelta(minutes=length)
        found.append((at.time(), end.time()))
        at = end
    return found


def mistakes(start: time, duration: int, items: Sequence[AgendaItemInput]) -> list[FieldError]:
    """Where the points do not follow each other, or run beyond the meeting's end."""
    times = clock_times(start, [item.minutes for item in items])
    found = [
        _wrong_time(number, expected)
        for number, (item, (expected, _)) in enumerate(zip(items, times, strict=True))
        if item.starts_at is not None and item.starts_at != expected
    ]
    over = sum(item.minutes for item in items) - duration
    if over > 0:
        found.append(too_long(over, "#/items"))
    return found


def too_long(over: int, pointer: str) -> FieldError:
    """The points run `over` minutes beyond the meeting."""
    detail = Text(
        sv=f"Punkterna är {over} minuter längre än mötet; korta dem eller förläng mötet",
        en=f"The points are {over} minutes longer than the meeting; shorten them or lengthen the meeting",
    )
    return FieldError(pointer=pointer, detail=detail, code="too_long")


def _wrong_time(number: int, expected: time) -> FieldError:
    at = expected.strftime("%H:%M")
    detail = Text(
        sv=f"Punkten börjar {at} om de föregående håller sina tider; rätta startsAt eller minuterna",
        en=f"The point begins at {at} if those before it keep their time; mend startsAt or the minutes",
    )
    return FieldError(pointer=f"#/items/{number}/startsAt", detail=detail, code="does_not_add_up")


def unallocated(duration: int, items: Sequence[AgendaItem]) -> int:
    """The minutes of the meeting that no point fills."""
    return duration - sum(item.minutes for item in items)
