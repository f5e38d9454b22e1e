"""What a plan comes to: weeks, hours, sessions and cover, computed from the template and never typed in.

All are ranges, since the sources give ranges. What a source does not say is counted as unknown, never as nought.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from services.projects.instantiation.draft import Draft
from services.projects.plan.vocabulary import PartySide
from services.projects.template.definition import Template
from shared.kit.text import Text


@dataclass(frozen=True)
class WeekFact:
    """The stated durations of all phases, added up; `unknown` phases state none. Null where no phase states one."""

    minimum: int | None
    maximum: int | None
    unknown: int


@dataclass(frozen=True)
class EffortFact:
    """Hours of one side over all rows that apply, a row per unit counted once for each; `unknown` state no hours.

    The sums are null where nobody states any: nought would be a fact.
    """

    side: PartySide
    hours_min: Decimal | None
    hours_max: Decimal | None
    unknown: int


@dataclass(frozen=True)
class TrainingFact:
    """How many sessions a group needs; null where its head count is unknown. `assumption` marks borrowed sizes."""

    source_ref: str
    title: Text
    head_count: int | None
    sessions_min: int | None
    sessions_max: int | None
    assumption: Text | None


@dataclass(frozen=True)
class WaveFact:
    """How many municipalities the waves cover, of how many; the rest must be found a wave."""

    minimum: int
    maximum: int
    size: int
    uncovered_min: int
    uncovered_max: int


@dataclass(frozen=True)
class CountFact:
    """Rows that an instantiation writes. `children` are rows per unit, beside `activities`."""

    phases: int
    activities: int
    enabled: int
    children: int
    gates: int
    criteria: int
    participations: int
    dependencies: int


@dataclass(frozen=True)
class PlanFacts:
    nominal_weeks: WeekFact
    effort: tuple[EffortFact, ...]
    training: tuple[TrainingFact, ...]
    wave_cover: WaveFact | None
    counts: CountFact


def facts(draft: Draft) -> PlanFacts:
    return PlanFacts(
        nominal_weeks=nominal_weeks(draft.template),
        effort=_effort(draft),
        training=training(draft.template),
        wave_cover=wave_cover(draft.template),
        counts=_counts(draft),
    )


def nominal_weeks(template: Template) -> WeekFact:
    stated = [phase.nominal_weeks for phase in template.phases if phase.nominal_weeks is not None]
    unknown = len(template.phases) - len(stated)
    if not stated:
        return WeekFact(None, None, unknown)
    return WeekFact(sum(least for least, _ in stated), sum(most for _, most in stated), unknown)


def training(template: Template) -> tuple[TrainingFact, ...]:
    """Head count by the largest session, to head count by the smallest, each rounded up; one without a size."""
    found = []
    for group in template.training_groups:
        count = group.head_count
        low = count if count is None else _sessions(count, group.size_max or group.size_min)
        high = count if count is None else _sessions(count, group.size_min or group.size_max)
        found.append(TrainingFact(group.source_ref, group.title, count, low, high, group.assumption))
    return tuple(found)


def _sessions(head_count: int, size: int | None) -> int:
    return 1 if size is None else -(-head_count // size)


def wave_cover(template: Template) -> WaveFact | None:
    """Null where the template is no programme. Only school waves that count municipalities add up."""
    if template.programme_size is None:
        return None
    counted = [
        wave
        for wave in template.waves
        if wave.audience == "school" and wave.size_of == "municipality" and wave.size_min is not None
    ]
    low = sum(wave.size_min or 0 for wave in counted)
    high = sum(wave.size_max or wave.size_min or 0 for wave in counted)
    size = template.programme_size
    return WaveFact(low, high, size, max(size - high, 0), max(size - low, 0))


def _effort(draft: Draft) -> tuple[EffortFact, ...]:
    low: dict[PartySide, Decimal] = defaultdict(Decimal)
    high: dict[PartySide, Decimal] = defaultdict(Decimal)
    unknown: dict[PartySide, int] = defaultdict(int)
    for activity in draft.activities:
        if not activity.is_enabled:
            continue
        times = len(activity.units) if activity.row.fan_out else 1
        for participant in activity.row.participants:
            side = participant.side
            if participant.hours is None:
                unknown[side] += 1
                continue
            low[side] += participant.hours[0] * times
            high[side] += participant.hours[1] * times
    sides = [side for side in PartySide if side in low or side in unknown]
    return tuple(EffortFact(side, low.get(side), high.get(side), unknown[side]) for side in sides)


def _counts(draft: Draft) -> CountFact:
    return CountFact(
        phases=len(draft.phases),
        activities=len(draft.activities),
        enabled=sum(activity.is_enabled for activity in draft.activities),
        children=draft.children,
        gates=len(draft.gates),
        criteria=sum(len(gate.criteria) for gate in draft.gates),
        participations=sum(len(activity.row.participants) for activity in draft.activities),
        dependencies=len(draft.template.dependencies),
    )
