"""How far a goal has come, from its measurements alone: never from how much of the plan is done (requirements 9.7).

Pure arithmetic. Progress is (latest actual - baseline) / (target - baseline); it may be negative, and above 100.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from services.projects.goal.models import Measurement
from services.projects.goal.vocabulary import IndicatorDirection, MeasurementKind
from shared.kit.text import Text


class NoProgress(StrEnum):
    """Why there is no percentage."""

    no_baseline = "no_baseline"
    no_target = "no_target"
    no_actual = "no_actual"
    target_is_baseline = "target_is_baseline"
    target_against_direction = "target_against_direction"
    few_people = "few_people"


EXPLAINED = {
    NoProgress.no_baseline: Text(sv="Ingen nollmätning finns", en="There is no baseline"),
    NoProgress.no_target: Text(sv="Inget målvärde finns", en="There is no target value"),
    NoProgress.no_actual: Text(sv="Ingen uppföljning finns ännu", en="Nothing has been measured yet"),
    NoProgress.target_is_baseline: Text(
        sv="Målvärdet är lika med nollvärdet: det finns ingen sträcka att räkna på",
        en="The target equals the baseline: there is no distance to reckon with",
    ),
    NoProgress.target_against_direction: Text(
        sv="Målvärdet är sämre än nollvärdet med indikatorns riktning",
        en="By the indicator's direction the target is worse than the baseline",
    ),
    NoProgress.few_people: Text(
        sv="Färre än fem personer: värdet visas inte", en="Fewer than five people: the value is not shown"
    ),
}


@dataclass(frozen=True)
class Progress:
    """`percent` with one decimal, or the reason why there is none. `is_target_met` where both are known."""

    percent: Decimal | None
    reason: NoProgress | None
    is_target_met: bool | None = None
    baseline: Measurement | None = None
    target: Measurement | None = None
    actual: Measurement | None = None


def progress_of(direction: IndicatorDirection, measured: Sequence[Measurement]) -> Progress:
    """The progress of one scope of an indicator; `measured` are all its measurements there."""
    baseline = _latest(measured, MeasurementKind.baseline)
    target = _latest(measured, MeasurementKind.target)
    actual = _latest(measured, MeasurementKind.actual)
    known = {"baseline": baseline, "target": target, "actual": actual}
    is_met = None
    if target is not None and actual is not None:
        is_met = _better_or_same(direction, actual.value, target.value)
    if baseline is None:
        return Progress(None, NoProgress.no_baseline, is_met, **known)
    if target is None:
        return Progress(None, NoProgress.no_target, is_met, **known)
    if target.value == baseline.value:
        return Progress(None, NoProgress.target_is_baseline, is_met, **known)
    if not _better_or_same(direction, target.value, baseline.value):
        return Progress(None, NoProgress.target_against_direction, is_met, **known)
    if actual is None:
        return Progress(None, NoProgress.no_actual, is_met, **known)
    return Progress(percent(baseline.value, target.value, actual.value), None, is_met, **known)


def percent(baseline: Decimal, target: Decimal, actual: Decimal) -> Decimal:
    """How much of the way from baseline to target is gone, with one decimal. The two must differ."""
    return ((actual - baseline) * 100 / (target - baseline)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _better_or_same(direction: IndicatorDirection, value: Decimal, than: Decimal) -> bool:
    return value >= than if direction is IndicatorDirection.up else value <= than


def _latest(measured: Sequence[Measurement], kind: MeasurementKind) -> Measurement | None:
    of_kind = [one for one in measured if one.kind == kind]
    return max(of_kind, key=lambda one: (one.period_end, one.period_start), default=None)
