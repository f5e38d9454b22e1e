"""Plan texts and status reports on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.projects.document.models import Colour, PlanSection
from shared.web.models import ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_FACTS: dict[str, Any] = {
    "day": "2027-05-14",
    "planState": "approved",
    "total": 32,
    "done": 14,
    "late": 2,
    "sides": [{"side": "supplier", "total": 14, "done": 6, "started": 3, "late": 2}],
    "phases": [],
    "gates": [],
    "lateRows": [],
    "comingRows": [],
    "risks": [],
    "overdueDecisions": 0,
    "overdueEscalations": 0,
    "openEscalations": 0,
    "triggeredRisks": 0,
    "unassessedRisks": 17,
    "waitingChanges": 0,
}
_REPORT: dict[str, Any] = {
    "id": _ID,
    "projectId": _ID,
    "title": "Lägesrapport maj 2027",
    "colour": "yellow",
    "suggestedColour": "yellow",
    "reason": "2 aktiviteter är sena, 0 beslut dröjer och 0 risker har lösts ut",
    "narrative": "Integrationerna väntar på licensnyckeln.",
    "facts": _FACTS,
    "reportedAt": "2027-05-14T08:00:00Z",
    "reportedBy": _ID,
}


class PlanTextWrite(ApiInput):
    """The words of one section; paragraphs are parted by an empty line."""

    model_config = example({"content": "En gemensam plattform för skola och hem."})

    content: Annotated[str, Field(max_length=20_000)]


class PlanTextPublic(ApiModel):
    """One section of the plan document. Version 0: nothing is written yet."""

    model_config = example(
        {
            "section": "purpose",
            "content": "En gemensam plattform för skola och hem.",
            "writtenBy": _ID,
            "updatedAt": "2027-03-02T08:00:00Z",
            "version": 1,
        }
    )

    section: PlanSection
    content: str
    written_by: UUID | None
    updated_at: datetime | None
    version: int


class PlanTextList(ApiModel):
    """Every section that somebody writes, in the order of the document."""

    model_config = example(
        {"items": [{"section": "purpose", "content": "", "writtenBy": None, "updatedAt": None, "version": 0}]}
    )

    items: list[PlanTextPublic]


class StatusReportCreate(ApiInput):
    """What the project leader says about the facts. Without a colour, the one that the facts speak for."""

    model_config = example(
        {"title": "Lägesrapport maj 2027", "narrative": "Integrationerna väntar på licensnyckeln.", "colour": "yellow"}
    )

    title: Annotated[str, Field(min_length=1, max_length=200)]
    colour: Colour | None = None
    reason: Annotated[str, Field(max_length=1000, description="Needed where the colour differs from the facts'")] = ""
    narrative: Annotated[str, Field(max_length=10_000)] = ""


class StatusFacts(ApiModel):
    """What a report would state now, and the colour that it speaks for."""

    model_config = example(
        {
            "suggestedColour": "yellow",
            "reason": "2 aktiviteter är sena, 0 beslut dröjer och 0 risker har lösts ut",
            "facts": _FACTS,
        }
    )

    suggested_colour: Colour
    reason: str
    facts: dict[str, Any]


class StatusReportItem(ApiModel):
    """A report in a list."""

    model_config = example({key: value for key, value in _REPORT.items() if key not in {"facts", "narrative"}})

    id: UUID
    project_id: UUID
    title: str
    colour: Colour
    suggested_colour: Colour
    reason: str
    reported_at: datetime
    reported_by: UUID | None


class StatusReportPublic(StatusReportItem):
    """A report as it was given; its facts are those of that moment, waivers at gates included."""

    model_config = example(_REPORT)

    narrative: str
    facts: dict[str, Any]
