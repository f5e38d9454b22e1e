"""The rows of a plan that carry out one row at each of several units."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.projects.activity.models import Activity
from services.projects.unit.models import Unit
from shared.kit.problems import FieldError
from shared.kit.text import Text

# What a row per unit takes over from the row that it carries out; owner, state and notes are its own.
_SHARED = (
    "tenant_id",
    "project_id",
    "phase_id",
    "track_key",
    "source_ref",
    "position",
    "title",
    "note",
    "kind",
    "side",
    "is_enabled",
    "option_key",
    "needs_approval",
    "needed_decision",
    "source_uncertain",
    "links",
    "modality",
    "section",
    "is_checklist",
    "duration_days_min",
    "duration_days_max",
    "external_party",
    "window_start",
    "window_end",
    "window_precision",
    "window_tentative",
)

_UNKNOWN = Text(sv="Det finns ingen sådan enhet", en="There is no such unit", da="Der er ingen sådan enhed")
_ENDED = Text(sv="Enheten är avslutad i registret", en="The unit has ended in the roster", da="Enheden er nedlagt")


def row_at(parent: Activity, unit_id: UUID) -> Activity:
    """The row that carries out `parent` at one unit, not yet begun."""
    return Activity(parent_id=parent.id, unit_id=unit_id, **{name: getattr(parent, name) for name in _SHARED})


def unknown_units(asked: Sequence[UUID], found: Iterable[Unit]) -> list[FieldError]:
    """What is wrong with the units that were asked for, by their place in `unitIds`."""
    known = {unit.id: unit for unit in found}
    errors = []
    for place, unit_id in enumerate(asked):
        unit = known.get(unit_id)
        if unit is None or unit.is_ended:
            detail, code = (_UNKNOWN, "unknown_unit") if unit is None else (_ENDED, "ended_unit")
            errors.append(FieldError(pointer=f"#/unitIds/{place}", detail=detail, code=code))
    return errors
