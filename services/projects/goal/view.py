"""Goals, indicators and measurements as their caller sees them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from services.projects.benefit.rights import action, refusal_to_move
from services.projects.goal.models import Measurement
from services.projects.goal.progress import EXPLAINED, Progress
from services.projects.goal.schemas.goal import GoalPublic
from services.projects.goal.schemas.indicator import IndicatorPublic, UnitProgressPublic
from services.projects.goal.schemas.measurement import MeasurementPublic
from services.projects.goal.service import GoalView, IndicatorView
from services.projects.project.rights import refusal_to_lead
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang


def show_goal(view: GoalView, caller: Principal, lang: Lang) -> GoalPublic:
    goal, path = view.goal, f"/goals/{view.goal.id}"
    refusal = refusal_to_lead(caller, Scope.goals_write)
    move = refusal_to_move(caller, Scope.goals_write, goal.owner_id)
    computed = {
        "indicators": view.measurable.indicators,
        "baselines": view.measurable.baselines,
        "is_measurable": view.measurable.baselines > 0,
        "effect_goal_ids": view.effect_goal_ids,
        "project_goal_ids": view.project_goal_ids,
        "allowed_actions": [
            action("change", "PATCH", path, refusal, lang),
            action("move", "PATCH", path, move, lang),
            action("add_indicator", "POST", f"{path}/indicators", refusal, lang),
        ],
    }
    return GoalPublic.model_validate(goal.model_dump() | computed)


def show_indicator(view: IndicatorView, caller: Principal, lang: Lang) -> IndicatorPublic:
    indicator, path = view.indicator, f"/indicators/{view.indicator.id}"
    refusal = refusal_to_lead(caller, Scope.goals_write)
    computed = {
        "progress": progress_values(view.progress),
        "allowed_actions": [
            action("change", "PATCH", path, refusal, lang),
            action("measure", "POST", f"{path}/measurements", refusal, lang),
        ],
    }
    return IndicatorPublic.model_validate(indicator.model_dump() | computed)


def show_unit_progress(of_unit: tuple[UUID, Progress]) -> UnitProgressPublic:
    unit_id, progress = of_unit
    return UnitProgressPublic.model_validate({"unit_id": unit_id} | progress_values(progress))


def progress_values(progress: Progress) -> dict[str, Any]:
    return {
        "percent": None if progress.percent is None else float(progress.percent),
        "reason": progress.reason,
        "explanation": EXPLAINED[progress.reason] if progress.reason else None,
        "is_target_met": progress.is_target_met,
        "baseline_id": progress.baseline and progress.baseline.id,
        "target_id": progress.target and progress.target.id,
        "actual_id": progress.actual and progress.actual.id,
    }


def show_measurement(measurement: Measurement, hidden: Collection[UUID]) -> MeasurementPublic:
    is_hidden = measurement.id in hidden
    shown = {
        "is_suppressed": is_hidden,
        "value": None if is_hidden else float(measurement.value),
        "n": None if is_hidden else measurement.n,
    }
    return MeasurementPublic.model_validate(measurement.model_dump() | shown)
