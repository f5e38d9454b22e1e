"""When a session is held again: at its hours, on days that are open. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]

LOOKED_AT = timedelta(days=180)
"""So far an open day is looked for."""


def again(dates: Sequence[Span], zone: str, earliest: datetime, is_open: Callable[[Span], bool]) -> list[Span]:
    """The same hours of the clock from `earliest` on; empty where no open days are found.

    One date moves by days, to a weekday. Several move by weeks, so that they keep their weekdays and distances; what
    falls on a closed day is a week later, and so is all that follows.
    """
    local = [(starts.astimezone(ZoneInfo(zone)), ends.astimezone(ZoneInfo(zone))) for starts, ends in dates]
    first, is_one = local[0][0], len(local) == 1
    step = timedelta(days=1 if is_one else 7)
    shift = -((first.date() - earliest.astimezone(first.tzinfo).date()) // step) * step
    if first + shift < earliest:
        shift += step
    last = shift + LOOKED_AT
    found = []
    for starts, ends in local:
        while shift <= last and not (
            is_open((starts + shift, ends + shift)) and (not is_one or _is_weekday(starts + shift))
        ):
            shift += step
        found.append((starts + shift, ends + shift))
    return found if shift <= last else []


def _is_weekday(at: datetime) -> bool:
    return at.isoweekday() <= 5
