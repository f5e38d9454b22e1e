"""The one source of the present time, replaceable so that tests can stand in any instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("startklar_frozen_clock", default=None)


def now() -> datetime:
    """The present instant, timezone-aware in UTC, microsecond resolution."""
    return _frozen.get() or datetime.now(UTC)


def today(zone: str = "Europe/Stockholm") -> date:
    """The present calendar day where `zone` (IANA name) is observed."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock still at `at` (must be timezone-aware) inside the block, in this task and those that it starts."""
    if at.tzinfo is None:
        raise ValueError("a frozen clock needs a timezone-aware instant")
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
