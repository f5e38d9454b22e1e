"""Phases and tracks on the wire."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.projects.phase.models import Phase, Track
from services.projects.plan.schemas import TextInput, WindowInput, WindowPublic
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiModel, ApiPatch, example

PlanKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Position = Annotated[int, Field(ge=0, le=1_000_000)]
Weeks = Annotated[int, Field(ge=0, le=520)]

_WINDOW = {"start": "2027-03-01", "end": "2027-05-31", "precision": "month", "tentative": False}
_PHASE: dict[str, Any] = {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
    "key": "p2",
    "sourceRef": "HAN-P2",
    "position": 2,
    "title": {"sv": "Utformning", "en": "Design", "da": None},
    "purpose": {"sv": "Funktionerna är genomgångna", "en": "The functions are walked through", "da": None},
    "nominalWeeksMin": 2,
    "nominalWeeksMax": 2,
    "window": _WINDOW,
    "warnings": [
        {
            "code": "window_exceeds_effort",
            "text": {
                "sv": "Fönstret är 13 veckor, den angivna insatsen högst 2",
                "en": "The window is 13 weeks, the stated effort at most 2",
                "da": None,
            },
        }
    ],
    "version": 1,
}


class PhaseWarning(ApiModel):
    """What a careful reader would remark; it stops nothing."""

    code: Literal["window_exceeds_effort"]
    text: Text


class PhaseItem(ApiModel):
    """A phase in a list. `nominalWeeks*` is the stated effort, `window` the calendar: the two are independent."""

    model_config = example(_PHASE)

    id: UUID
    project_id: UUID
    key: str
    source_ref: str | None = Field(description="The requirement row of the template's source; null for an own phase")
    position: int
    title: Text
    purpose: Text | None
    nominal_weeks_min: int | None
    nominal_weeks_max: int | None
    window: WindowPublic | None
    warnings: list[PhaseWarning]
    version: int

    @classmethod
    def of(cls, phase: Phase) -> "PhaseItem":
        return cls.model_validate(phase.model_dump() | {"window": phase.window, "warnings": warnings(phase)})


class PhasePublic(PhaseItem):
    """A phase and what the caller may do with it."""

    model_config = example(_PHASE | {"allowedActions": []})

    allowed_actions: list[AllowedAction]


def warnings(phase: Phase) -> list[PhaseWarning]:
    """A calendar that is longer than the effort is worth a remark: the plan may lie idle in between."""
    window, longest = phase.window, phase.nominal_weeks_max
    if window is None or longest is None or window.weeks <= longest:
        return []
    weeks = round(window.weeks)
    text = Text(
        sv=f"Fönstret är {weeks} veckor, den angivna insatsen högst {longest}",
        en=f"The window is {weeks} weeks, the stated effort at most {longest}",
        da=f"Vinduet er {weeks} uger, den angivne indsats højst {longest}",
    )
    return [PhaseWarning(code="window_exceeds_effort", text=text)]


class PhaseChange(ApiPatch):
    """What to change; what is left out stays. Windows may overlap those of other phases and leave gaps."""

    model_config = example({"window": _WINDOW, "nominalWeeksMax": 3})

    nullable: ClassVar[frozenset[str]] = frozenset({"window", "purpose", "nominal_weeks_min", "nominal_weeks_max"})

    title: TextInput | None = None
    purpose: TextInput | None = None
    position: Position | None = None
    nominal_weeks_min: Weeks | None = None
    nominal_weeks_max: Weeks | None = None
    window: WindowInput | None = None


class PhaseCreate(PhaseChange):
    """A phase of the authority's own. It stands last unless a position is given."""

    model_config = example({"key": "p6", "title": {"sv": "Efterarbete", "en": "Aftercare"}, "nominalWeeksMin": 2})

    key: PlanKey
    title: TextInput


_TRACK: dict[str, Any] = {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d12",
    "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
    "key": "technical",
    "sourceRef": "HAN-S1",
    "position": 1,
    "title": {"sv": "Tekniskt delprojekt", "en": "Technical sub-project", "da": None},
    "alias": None,
    "content": {"sv": "Miljöer, integrationer, migrering", "en": "Environments, integrations", "da": None},
    "version": 1,
}


class TrackItem(ApiModel):
    """A track [delprojekt] in a list: a second way to group activities, across the phases."""

    model_config = example(_TRACK)

    id: UUID
    project_id: UUID
    key: str = Field(description="What `trackKey` of an activity names")
    source_ref: str | None
    position: int
    title: Text
    alias: Text | None = Field(description="What else the source calls it")
    content: Text | None
    version: int

    @classmethod
    def of(cls, track: Track) -> "TrackItem":
        return cls.model_validate(track)


class TrackPublic(TrackItem):
    """A track and what the caller may do with it."""

    model_config = example(_TRACK | {"allowedActions": []})

    allowed_actions: list[AllowedAction]


class TrackChange(ApiPatch):
    """What to change; what is left out stays."""

    model_config = example({"title": {"sv": "Teknik", "en": "Technology"}})

    nullable: ClassVar[frozenset[str]] = frozenset({"alias", "content"})

    title: TextInput | None = None
    alias: TextInput | None = None
    content: TextInput | None = None
    position: Position | None = None


class TrackCreate(TrackChange):
    """A track of the authority's own. It stands last unless a position is given."""

    model_config = example({"key": "communication", "title": {"sv": "Kommunikation", "en": "Communication"}})

    key: PlanKey
    title: TextInput
