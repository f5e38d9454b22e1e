"""What verification rests on, as plain records: read by `reading`, judged by `judging`."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.sync.rules.platform import NOT_COMPARED


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
    """One platform: its newest comparison, and how many differences of each kind it named at each unit.

    `told_at` is when the platform said what was compared. Of `differences`, those in `excused` are no drift. What of
    `must_compare` (accounts, groups, guardians) the export does not tell is in the way.
    """

    source_id: UUID
    compared_at: datetime | None
    comparison_id: UUID | None = None
    told_at: datetime | None = None
    must_compare: frozenset[str] = frozenset()
    is_whole: bool = True
    newest_failed: bool = False
    differences: dict[UUID | None, dict[str, int]] = field(default_factory=dict)
    excused: dict[UUID | None, dict[str, int]] = field(default_factory=dict)
    marks: dict[UUID | None, frozenset[str]] = field(default_factory=dict)
    heads: dict[UUID | None, dict[str, int]] = field(default_factory=dict)
    ties: dict[UUID | None, dict[str, dict[str, int]]] = field(default_factory=dict)

    def drift(self, unit_id: UUID | None, kinds: Collection[str]) -> int:
        """Differences of these kinds at a unit that are the platform's to mend."""
        excused = self.excused.get(unit_id, {})
        found = self.differences.get(unit_id, {})
        return sum(count - excused.get(kind, 0) for kind, count in found.items() if kind in kinds)

    def not_compared(self, unit_id: UUID | None) -> list[str]:
        """What the unit has and the export does not tell."""
        return sorted(what for kind, what in NOT_COMPARED.items() if kind in self.differences.get(unit_id, {}))


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
