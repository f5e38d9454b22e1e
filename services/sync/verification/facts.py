"""What verification rests on, as plain records: read by `reading`, judged by `judging`."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class Limits:
    """How old a proof may be, and how much is let pass: a unit's open errors and its drift."""

    max_age_days: int
    max_errors: int
    max_drift: int


@dataclass(frozen=True)
class Waiting:
    """What a plan would change at a unit. `is_overdue` where it is held or has waited for more than a day."""

    missing: int = 0
    stale: int = 0
    is_overdue: bool = False


@dataclass(frozen=True)
class RegisterFacts:
    """One register: when it was last proved to be what the roster holds, and how its newest delivery went."""

    source: str
    proved_at: datetime | None
    newest_state: str | None
    newest_guard: str | None
    waiting: dict[UUID | None, Waiting] = field(default_factory=dict)
    errors: dict[UUID | None, int] = field(default_factory=dict)
    duplicates: dict[UUID | None, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PlatformFacts:
    """One platform: its newest comparison, and how many differences of each kind it named at each unit."""

    source_id: UUID
    compared_at: datetime | None
    comparison_id: UUID | None = None
    is_whole: bool = True
    newest_failed: bool = False
    differences: dict[UUID | None, dict[str, int]] = field(default_factory=dict)
    marks: dict[UUID | None, frozenset[str]] = field(default_factory=dict)
    heads: dict[UUID | None, dict[str, int]] = field(default_factory=dict)
    ties: dict[UUID | None, dict[str, dict[str, int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class SignedOff:
    """The newest sign-off of a unit that has not lapsed."""

    id: UUID
    marks: frozenset[str]


@dataclass(frozen=True)
class Heads:
    """People at a unit who are there now."""

    unit_id: UUID
    pupils: int
    staff: int


@dataclass(frozen=True)
class Facts:
    """Everything about the tenant at one moment. Of `platforms` there is one, that which the customer has named, or
    none; `has_unnamed` where another one is declared. Days count from `soaks_from` at the earliest."""

    now: datetime
    units: tuple[Heads, ...]
    registers: tuple[RegisterFacts, ...]
    platforms: tuple[PlatformFacts, ...]
    signed: dict[UUID, SignedOff]
    soaks_from: date | None = None
    has_unnamed: bool = False
    lapsed: frozenset[UUID] = frozenset()
