"""Adding up hours: ranges beside what was reported, and what nobody knows counted apart. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from services.projects.activity.models import Activity, ActivityParticipation
from services.projects.plan.vocabulary import PartySide, Raci

Pair = tuple[ActivityParticipation, Activity]


@dataclass
class Effort:
    """The hours of one side, so far. None is "nobody has said anything", which is not 0."""

    hours_min: Decimal | None = None
    hours_max: Decimal | None = None
    unknown: int = 0
    actual_hours: Decimal | None = None
    unreported: int = 0

    def add(self, row: ActivityParticipation, *, does_the_work: bool) -> None:
        if row.hours_min is not None and row.hours_max is not None:
            self.hours_min = (self.hours_min or Decimal(0)) + row.hours_min
            self.hours_max = (self.hours_max or Decimal(0)) + row.hours_max
        elif does_the_work:
            self.unknown += 1
        if row.actual_hours is not None:
            self.actual_hours = (self.actual_hours or Decimal(0)) + row.actual_hours
        elif does_the_work or row.hours_min is not None:
            self.unreported += 1


@dataclass
class Efforts:
    """The hours of each side, of one group of rows."""

    by_side: dict[PartySide, Effort] = field(default_factory=dict)

    def add(self, row: ActivityParticipation, *, does_the_work: bool) -> None:
        self.by_side.setdefault(PartySide(row.side), Effort()).add(row, does_the_work=does_the_work)

    def sides(self) -> Iterator[tuple[PartySide, Effort]]:
        """In the order of the word list."""
        for side in PartySide:
            if side in self.by_side:
                yield side, self.by_side[side]


@dataclass
class Totals:
    """The effort of a plan, cut four ways."""

    whole: Efforts = field(default_factory=Efforts)
    phases: dict[UUID, Efforts] = field(default_factory=dict)
    tracks: dict[str | None, Efforts] = field(default_factory=dict)
    steps: dict[UUID, Efforts] = field(default_factory=dict)


def add_up(pairs: Sequence[Pair]) -> Totals:
    """The effort of all rows. A row whose rows per unit have participants counts by those alone."""
    divided = {activity.parent_id for _, activity in pairs if activity.parent_id is not None}
    counted = [(row, activity) for row, activity in pairs if activity.id not in divided]
    workers = _workers(row for row, _ in counted)
    totals = Totals()
    for row, activity in counted:
        groups = (
            totals.whole,
            totals.phases.setdefault(activity.phase_id, Efforts()),
            totals.tracks.setdefault(activity.track_key, Efforts()),
            totals.steps.setdefault(activity.id, Efforts()),
        )
        for group in groups:
            group.add(row, does_the_work=row.id in workers)
    return totals


def _workers(rows: Iterable[ActivityParticipation]) -> set[UUID]:
    """Who does the work: whoever is responsible, and who is accountable where nobody on that side is responsible."""
    of_side: dict[tuple[UUID, str], list[ActivityParticipation]] = {}
    for row in rows:
        of_side.setdefault((row.activity_id, row.side), []).append(row)
    found: set[UUID] = set()
    for group in of_side.values():
        responsible = {row.id for row in group if row.raci == Raci.responsible}
        found |= responsible or {row.id for row in group if row.raci == Raci.accountable}
    return found
