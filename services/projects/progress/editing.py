"""What a change would set in a row, and whether the caller may. Pure: nothing is written here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.projects.activity.errors import ActivityNotEnabled, ActivityRolledUp
from services.projects.activity.models import Activity
from services.projects.activity.rights import refusal_to_edit, refusal_to_tick
from services.projects.plan.columns import window_values
from services.projects.plan.schemas import TextInput, WindowInput
from services.projects.plan.vocabulary import ActivityKind, ActivityState
from services.projects.progress.schemas import KEYS, ActivityChange
from services.projects.project.errors import PlanIsApproved
from services.projects.project.rights import demand, refusal_to_change_row, refusal_to_decide
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text

NAMES_PLAN = frozenset({"phase_id", "track_key"})
"""Fields that name another part of the plan: to judge them, the frame must be read."""

# What everybody may go on changing in an approved plan: how the work goes, not what was agreed.
_OF_WORK = frozenset(
    {"state", "started_at", "done_at", "done_by", "done_side", "notes", "owner_id", "external_ids", "position"}
)

_NO_PHASE = Text(
    sv="Projektet har ingen sådan fas", en="The project has no such phase", da="Projektet har ingen sådan fase"
)
_NO_TRACK = Text(
    sv="Projektet har inget sådant delprojekt",
    en="The project has no such track",
    da="Projektet har intet sådant delprojekt",
)
_DAYS_BACKWARDS = Text(
    sv="Minsta antalet arbetsdagar får inte överstiga det största",
    en="The fewest working days must not exceed the most",
    da="Det mindste antal arbejdsdage må ikke overstige det største",
)


@dataclass(frozen=True)
class Frame:
    """What a row can name, and whether the plan is agreed, so that changes of what was agreed are refused."""

    phases: frozenset[UUID] = frozenset()
    tracks: frozenset[str] = frozenset()
    is_approved: bool = False


@dataclass(frozen=True)
class Editor:
    """Judges the changes of one caller within one plan."""

    caller: Principal
    frame: Frame

    def changed(self, activity: Activity, change: ActivityChange, *, has_children: bool) -> dict[str, Any]:
        """The columns that the change would set to something else, with their new values.

        Raises NotYours, PlanIsApproved, ActivityNotEnabled, ActivityRolledUp, and Invalid that names each wrong field.
        """
        demand(refusal_to_edit(self.caller, activity, change.model_fields_set - KEYS))
        values = self._judged(activity, change)
        found = {name: value for name, value in values.items() if getattr(activity, name) != value}
        if "side" in found:  # nobody hands a row over to another party, or takes it from there
            demand(refusal_to_change_row(self.caller, found["side"]))
        if self.frame.is_approved and not _OF_WORK.issuperset(found):
            raise PlanIsApproved()
        if change.state is not None and change.state != activity.state:
            found |= self._moved(activity, change.state, has_children=has_children)
        return found

    def new(self, activity: Activity, change: ActivityChange) -> dict[str, Any]:
        """The columns of a new row; raises as `changed` does."""
        demand(refusal_to_change_row(self.caller, change.side.value if change.side else None))
        if self.frame.is_approved:
            raise PlanIsApproved()
        values = self._judged(activity, change)
        if change.state is not None and change.state != activity.state:
            activity.needs_approval = values.get("needs_approval", False)
            values |= self._moved(activity, change.state, has_children=False)
        return values

    def _judged(self, activity: Activity, change: ActivityChange) -> dict[str, Any]:
        values = columns(change)
        if values.get("kind") == ActivityKind.approval:
            values["needs_approval"] = True
        errors = [*self._unknown(values), *_backwards(activity, values)]
        if errors:
            raise Invalid(errors=errors)
        return values

    def _unknown(self, values: Mapping[str, Any]) -> list[FieldError]:
        errors = []
        if "phase_id" in values and values["phase_id"] not in self.frame.phases:
            errors.append(FieldError(pointer="#/phaseId", detail=_NO_PHASE, code="unknown_phase"))
        track = values.get("track_key")
        if track is not None and track not in self.frame.tracks:
            errors.append(FieldError(pointer="#/trackKey", detail=_NO_TRACK, code="unknown_track"))
        return errors

    def _moved(self, activity: Activity, state: ActivityState, *, has_children: bool) -> dict[str, Any]:
        if has_children:
            raise ActivityRolledUp()
        if not activity.is_enabled:
            raise ActivityNotEnabled()
        if ActivityState.done in (state, activity.state):
            demand(refusal_to_tick(self.caller, activity))
            if activity.needs_approval:  # the customer's word, both when given and when taken back
                demand(refusal_to_decide(self.caller, Scope.activities_write))
        return move_values(activity, state, self.caller)


def columns(change: ActivityChange) -> dict[str, Any]:
    """The columns that a change names, but for the state, with the values that it gives them."""
    found: dict[str, Any] = {}
    for name in change.model_fields_set - KEYS - {"state"}:
        value = getattr(change, name)
        if name == "window":
            found |= window_values(value.widened() if isinstance(value, WindowInput) else None)
        else:
            found[name] = _plain(value)
    return found


def move_values(activity: Activity, state: ActivityState, mover: Principal | None) -> dict[str, Any]:
    """What a row remembers of reaching a state. A start that nobody told is not invented when it is done."""
    is_done = state is ActivityState.done
    started_at = activity.started_at
    if state is ActivityState.planned:
        started_at = None
    elif state is ActivityState.started and started_at is None:
        started_at = clock.now()
    return {
        "state": state.value,
        "started_at": started_at,
        "done_at": clock.now() if is_done else None,
        "done_by": mover.subject if is_done and mover else None,
        "done_side": mover.side.value if is_done and mover and mover.side else None,
    }


def _backwards(activity: Activity, values: Mapping[str, Any]) -> list[FieldError]:
    low = values.get("duration_days_min", activity.duration_days_min)
    high = values.get("duration_days_max", activity.duration_days_max)
    if low is None or high is None or low <= high:
        return []
    return [FieldError(pointer="#/durationDaysMin", detail=_DAYS_BACKWARDS, code="backwards")]


def _plain(value: Any) -> Any:
    if isinstance(value, TextInput):
        return value.text().model_dump()
    return value.value if isinstance(value, StrEnum) else value
