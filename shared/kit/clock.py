"""The one source of the present time, replaceable so that tests can stand in any instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("startklar_frozen_clock", default=None)
_past: ContextVar[datetime | None] = ContextVar("startklar_viewpoint", default=None)


def now() -> datetime:
    """The present instant, timezone-aware in UTC, microsecond resolution."""
    return _frozen.get() or datetime.now(UTC)


def past() -> datetime | None:
    """The instant that this task looks back to, or None where it looks at the present."""
    return _past.get()


def viewpoint() -> datetime:
    """The instant at which facts are judged: the one looked back to, else the present.

    Reads judge by it (is this late, is that signal stale); what is written and who may call go by `now()` alone.
    """
    return _past.get() or now()


def today(zone: str = "Europe/Stockholm") -> date:
    """The calendar day of the viewpoint where `zone` (IANA name) is observed."""
    return viewpoint().astimezone(ZoneInfo(zone)).date()


@contextmanager
def looking_back(at: datetime) -> Iterator[None]:
    """Read everything as it was at `at` (timezone-aware) inside the block: transactions begun in it show that past."""
    if at.tzinfo is None:
        raise ValueError("looking back needs a timezone-aware instant")
    token = _past.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _past.reset(token)


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
