"""Phases on the wire."""

from uuid import UUID

from pydantic import Field

from services.projects.phase.models import Phase
from services.projects.plan.schemas import WindowPublic
from shared.kit.text import Text
from shared.web.models import ApiModel, example


class PhasePublic(ApiModel):
    """A phase. `nominalWeeks*` is the stated effort, `window` the calendar: the two are independent."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "key": "p1",
            "sourceRef": "HAN-P1",
            "position": 1,
            "title": {"sv": "Etablering", "en": "Establishment", "da": None},
            "purpose": {"sv": "Planen finns", "en": "The plan exists", "da": None},
            "nominalWeeksMin": 3,
            "nominalWeeksMax": 3,
            "window": {"start": "2027-03-01", "end": "2027-03-31", "precision": "month", "tentative": False},
            "version": 1,
        }
    )

    id: UUID
    project_id: UUID
    key: str
    source_ref: str = Field(description="The requirement row of the template's source")
    position: int
    title: Text
    purpose: Text
    nominal_weeks_min: int
    nominal_weeks_max: int
    window: WindowPublic | None
    version: int

    @classmethod
    def of(cls, phase: Phase) -> "PhasePublic":
        return cls.model_validate(phase)
