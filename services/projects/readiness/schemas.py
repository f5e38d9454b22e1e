"""Readiness of units, and what is late, on the wire."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.projects.plan.schemas import WindowPublic
from services.projects.plan.vocabulary import PartySide
from services.projects.readiness.vocabulary import Readiness, ReadinessFact
from shared.kit.text import Text
from shared.web.models import ApiModel, example

_FACT: dict[str, Any] = {
    "fact": "roles",
    "state": "not_ready",
    "sentence": "Administratör: 1 av 2",
    "needed": 2,
    "present": 1,
    "source": "projects",
    "observedAt": None,
    "ageDays": None,
}
_UNIT: dict[str, Any] = {
    "unitId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "unitName": "Almens skola",
    "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
    "projectName": "Skolplattform 2027",
    "state": "not_ready",
    "openActions": 4,
    "lateActions": 1,
    "facts": [_FACT],
}
_ROW: dict[str, Any] = {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "sourceRef": "HAN-A1.03",
    "title": {"sv": "Besluta målbilder", "en": "Decide goal pictures", "da": None},
    "side": "customer",
    "role": "project_leader",
    "unitId": None,
    "state": "planned",
    "window": {"start": "2027-03-01", "end": "2027-03-31", "precision": "month", "tentative": False},
    "daysLate": 3,
    "href": "/projects/v1/activities/01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
}


class FactPublic(ApiModel):
    """One thing that readiness is judged by. `source` told it at `observedAt`; null where this service counts itself,
    at this moment, or where nobody told."""

    model_config = example(_FACT)

    fact: ReadinessFact
    state: Readiness
    sentence: str
    needed: int | None
    present: int | None
    source: str
    observed_at: datetime | None
    age_days: int | None


class UnitReadiness(ApiModel):
    """How ready a unit is in one project: not ready where a fact says so, else unknown where one is, else ready."""

    model_config = example(_UNIT)

    unit_id: UUID
    unit_name: str
    project_id: UUID
    project_name: str
    state: Readiness
    open_actions: int
    late_actions: int
    facts: list[FactPublic]


class UnitReadinessReport(ApiModel):
    """How ready a unit is in every project that concerns it."""

    model_config = example(
        {"unitId": _UNIT["unitId"], "unitName": _UNIT["unitName"], "state": "not_ready", "projects": [_UNIT]}
    )

    unit_id: UUID
    unit_name: str
    state: Readiness
    projects: list[UnitReadiness]


class LateRow(ApiModel):
    """An activity whose last day is over and that is not done."""

    model_config = example(_ROW)

    id: UUID
    source_ref: str | None
    title: Text
    side: PartySide | None
    role: str | None
    unit_id: UUID | None
    state: str
    window: WindowPublic
    days_late: int
    href: str


class LateCount(ApiModel):
    """How many rows of one side, role or unit are late. `key` is null for rows that name none."""

    model_config = example({"key": "customer", "late": 3, "daysLate": 12})

    key: str | None
    late: int
    days_late: int = Field(description="Of the row that is the most late")


class LateSummary(ApiModel):
    """What is late, counted; a row per unit is counted, its parent is not."""

    model_config = example(
        {
            "projectId": _UNIT["projectId"],
            "day": "2027-04-03",
            "late": 3,
            "bySide": [{"key": "customer", "late": 3, "daysLate": 12}],
            "byRole": [{"key": None, "late": 3, "daysLate": 12}],
            "byUnit": [{"key": None, "late": 3, "daysLate": 12}],
        }
    )

    project_id: UUID
    day: date
    late: int
    by_side: list[LateCount]
    by_role: list[LateCount]
    by_unit: list[LateCount]
