"""`asOf`: any GET of journaled rows as they were at a past instant.

A route takes part by one word in its decorator, and nothing else changes, neither its session nor its repositories:

    @router.get("/phases/{phaseId}", name="phases_get", summary="Read a phase", dependencies=[AsOf])

From there on the request looks back: every transaction that it begins shows the rows of that instant
(`shared.kit.history`), `clock.today()` is its day (so `overdue` is judged on it), the answer carries no ETag, and each
`AllowedAction` is refused with the reason. Judge by `clock.viewpoint()` where a read compares with the present instant.
"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query

from shared.kit import clock
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.web.runtime import LangDep
from shared.web.viewpoint import reading_at

_ZONE = ZoneInfo("Europe/Stockholm")
_DAY = len("2026-08-17")
_LONGEST = 40

_MALFORMED = Text(
    sv="Ange ett datum (2026-08-17) eller en tidpunkt med zon (2026-08-17T08:00:00Z; skriv + som %2B)",
    da="Angiv en dato (2026-08-17) eller et tidspunkt med zone (2026-08-17T08:00:00Z; skriv + som %2B)",
    en="Give a date (2026-08-17) or an instant with its zone (2026-08-17T08:00:00Z; write + as %2B)",
)
_FUTURE = Text(
    sv="Tidpunkten har inte inträffat än; utelämna asOf för att läsa nuläget",
    da="Tidspunktet er endnu ikke indtruffet; udelad asOf for at læse den nuværende tilstand",
    en="That time has not come yet; leave asOf out to read the present",
)


async def _as_of(
    lang: LangDep,
    as_of: Annotated[
        str | None,
        Query(
            alias="asOf",
            description="Read the past: an instant with its zone, or a date, which means the end of that day in "
            "Europe/Stockholm. The answer can be read only",
            examples=["2026-08-17T08:00:00Z"],
        ),
    ] = None,
) -> AsyncIterator[None]:
    if as_of is None:
        yield
        return
    with reading_at(parse(as_of), lang):
        yield


# Resolved before the parameters of the route, so that the session already looks back; ends after the session.
AsOf = Depends(_as_of, scope="function")


def parse(asked: str) -> datetime:
    """The instant in UTC that `asked` names. Raises Invalid for what is no time, or lies in the future."""
    now = clock.now()
    try:
        if len(asked) > _LONGEST:
            raise ValueError
        at = _end_of(date.fromisoformat(asked), now) if len(asked) == _DAY else datetime.fromisoformat(asked)
        if at.tzinfo is None:
            raise ValueError
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refused(_MALFORMED, "datetime_parsing") from None
    if at > now:
        raise _refused(_FUTURE, "future")
    return at


def _end_of(day: date, now: datetime) -> datetime:
    """The last microsecond of `day`; of today, the present one."""
    if day == now.astimezone(_ZONE).date():
        return now
    return datetime.combine(day + timedelta(days=1), time(), _ZONE).astimezone(UTC) - timedelta(microseconds=1)


def _refused(why: Text, code: str) -> Invalid:
    return Invalid(errors=[FieldError(pointer="query:asOf", detail=why, code=code)])
