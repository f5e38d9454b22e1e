"""What a preview of a plan shows, on the wire."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from services.projects.plan.schemas import WindowPublic
from services.projects.plan.vocabulary import ActivityKind, CriterionKind, PartySide, SchoolForm
from shared.kit.text import Text
from shared.web.models import ApiModel, example

_TEXT = {"sv": "Etablering", "en": "Establishment", "da": None}
_WINDOW = {"start": "2027-03-01", "end": "2027-03-31", "precision": "month", "tentative": False}


class PreviewPhase(ApiModel):
    key: str
    source_ref: str | None
    title: Text
    window: WindowPublic | None
    nominal_weeks_min: int | None
    nominal_weeks_max: int | None


class PreviewActivity(ApiModel):
    """`units` is how many units the row is repeated for; 0 where it stands alone."""

    source_ref: str
    phase: str
    title: Text
    kind: ActivityKind
    side: PartySide | None
    window: WindowPublic | None
    is_enabled: bool
    units: int


class PreviewCriterion(ApiModel):
    key: str
    kind: CriterionKind
    title: Text
    is_mandatory: bool
    basis: Literal["source", "startklar"]
    params: dict[str, Any]


class PreviewGate(ApiModel):
    key: str
    source_ref: str
    phase: str
    title: Text
    window: WindowPublic | None
    is_window_derived: bool
    criteria: list[PreviewCriterion]


class MissingRole(ApiModel):
    """A role that nobody holds yet."""

    key: str
    source_ref: str
    side: PartySide
    title: Text


class RemarkPublic(ApiModel):
    """What a careful reader would remark. Remarks never stop an instantiation."""

    code: str
    severity: Literal["info", "warning"]
    source_ref: str | None
    text: Text


class PlacePublic(ApiModel):
    """A row or an anchor, what it says, and the day that this comes to."""

    kind: Literal["anchor", "row"]
    name: str
    says: str
    day: date = Field(json_schema_extra={"example": "2027-03-01"})


class ConflictPublic(ApiModel):
    """Two places that cannot both hold. A strict plan with one is refused; nothing is clipped to fit."""

    code: Literal["window_reversed", "before_start", "after_end", "link_impossible"]
    first: PlacePublic
    second: PlacePublic
    text: Text


class WeekFactPublic(ApiModel):
    """The stated durations of all phases, added up; `unknown` phases state none. Null where no phase states one."""

    minimum: int | None
    maximum: int | None
    unknown: int


class EffortFactPublic(ApiModel):
    """Hours of one side over the rows that apply; `unknown` participants state no hours. Null where nobody does."""

    side: PartySide
    hours_min: Decimal | None
    hours_max: Decimal | None
    unknown: int


class TrainingFactPublic(ApiModel):
    """Sessions that a group needs. `assumption` tells where borrowed group sizes come from."""

    source_ref: str
    title: Text
    head_count: int | None
    sessions_min: int | None
    sessions_max: int | None
    assumption: Text | None


class WaveFactPublic(ApiModel):
    """Municipalities that the waves cover, of `size`; the uncovered must be found a wave."""

    minimum: int
    maximum: int
    size: int
    uncovered_min: int
    uncovered_max: int


class CountFactPublic(ApiModel):
    """Rows that an instantiation writes; `children` are rows per unit, beside `activities`."""

    phases: int
    activities: int
    enabled: int
    children: int
    gates: int
    criteria: int
    participations: int
    dependencies: int


class PlanFactsPublic(ApiModel):
    """What the plan comes to, computed."""

    nominal_weeks: WeekFactPublic
    effort: list[EffortFactPublic]
    training: list[TrainingFactPublic]
    wave_cover: WaveFactPublic | None
    counts: CountFactPublic


class PlanPreview(ApiModel):
    """The plan that these choices would give. Nothing was written."""

    model_config = example(
        {
            "options": {"migration_ordered": False},
            "schoolForms": ["preschool"],
            "phases": [
                {
                    "key": "p1",
                    "sourceRef": "HAN-P1",
                    "title": _TEXT,
                    "window": _WINDOW,
                    "nominalWeeksMin": 3,
                    "nominalWeeksMax": 3,
                }
            ],
            "activities": [],
            "gates": [],
            "missingRoles": [],
            "remarks": [],
            "conflicts": [],
            "facts": {
                "nominalWeeks": {"minimum": 19, "maximum": 23, "unknown": 0},
                "effort": [{"side": "supplier", "hoursMin": "22", "hoursMax": "24", "unknown": 0}],
                "training": [
                    {
                        "sourceRef": "HAN-T1",
                        "title": {"sv": "Administratörer", "en": "Administrators", "da": None},
                        "headCount": 100,
                        "sessionsMin": 5,
                        "sessionsMax": 7,
                        "assumption": None,
                    }
                ],
                "waveCover": None,
                "counts": {
                    "phases": 5,
                    "activities": 39,
                    "enabled": 37,
                    "children": 0,
                    "gates": 5,
                    "criteria": 9,
                    "participations": 14,
                    "dependencies": 6,
                },
            },
        }
    )

    options: dict[str, bool | int]
    school_forms: list[SchoolForm]
    phases: list[PreviewPhase]
    activities: list[PreviewActivity]
    gates: list[PreviewGate]
    missing_roles: list[MissingRole]
    remarks: list[RemarkPublic]
    conflicts: list[ConflictPublic]
    facts: PlanFactsPublic
