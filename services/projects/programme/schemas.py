"""Programmes, waves and published task lists on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import Field, Strict, model_validator

from services.projects.plan.schemas import TextInput, WindowInput, WindowPublic
from services.projects.programme.vocabulary import Audience, ProgrammeState, SizeOf, WaveKind, WaveState
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Size = Annotated[int, Field(ge=0, le=100_000)]
Percent = Annotated[int, Field(ge=0, le=100)]
Anchor = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$")]
Flag = Annotated[bool, Strict()]

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_TITLE = {"sv": "Nationell skolplattform", "en": "National school platform", "da": "National skoleplatform"}
_ROLLOUT = {"start": "2019-01-01", "end": "2019-04-30", "precision": "month", "tentative": False}
_USE = {"start": "2019-05-01", "end": "2019-06-30", "precision": "month", "tentative": False}
_WAVE_NEW: dict[str, Any] = {
    "key": "main",
    "kind": "main",
    "audience": "school",
    "title": {"sv": "Huvudvågen", "en": "The main wave", "da": "Hovedbølgen"},
    "rollout": _ROLLOUT,
    "use": _USE,
    "sizeMin": 70,
    "sizeMax": 70,
    "sizeOf": "municipality",
}
_STAMPS = {"version": 1, "createdAt": "2026-11-22T08:00:00Z", "updatedAt": "2026-11-22T08:00:00Z", "allowedActions": []}
_PROGRAMME = {
    "id": _ID,
    "key": "skolplattform",
    "title": _TITLE,
    "state": "active",
    "templateKey": "dk-programme-12-12-12",
    "templateVersion": "1.0.0",
    "expectedSize": 98,
    "gatesOnReadiness": True,
    "readinessMinScore": 70,
} | _STAMPS


class ProgrammeCreate(ApiInput):
    """A programme. From a template it gets the template's waves, size and rules, its windows counted from `anchors`
    (a month or a day by the anchor's key; a wave whose anchor is left out has no dates yet)."""

    model_config = example(
        {
            "key": "skolplattform",
            "title": _TITLE,
            "templateKey": "dk-programme-12-12-12",
            "templateVersion": "1.0.0",
            "anchors": {"pilot_start": "2018-09"},
            "gatesOnReadiness": True,
        }
    )

    key: Key
    title: TextInput
    template_key: Annotated[str, Field(max_length=80)] | None = None
    template_version: Annotated[str, Field(max_length=20)] | None = None
    anchors: Annotated[dict[Key, Anchor], Field(max_length=20)] = {}
    expected_size: Size | None = None
    gates_on_readiness: Flag | None = None
    readiness_min_score: Percent | None = None

    @model_validator(mode="after")
    def _whole_reference(self) -> Self:
        if (self.template_key is None) != (self.template_version is None):
            raise ValueError("give both templateKey and templateVersion, or neither")
        return self


class ProgrammeChange(ApiPatch):
    """New facts of a programme; a closed one takes no changes but `state`."""

    model_config = example({"gatesOnReadiness": True, "readinessMinScore": 75})
    nullable: ClassVar[frozenset[str]] = frozenset({"expected_size"})

    title: TextInput | None = None
    state: ProgrammeState | None = None
    expected_size: Size | None = None
    gates_on_readiness: Flag | None = None
    readiness_min_score: Percent | None = None


class ProgrammePublic(ApiModel):
    """A programme. With `gatesOnReadiness`, entering a wave needs a readiness score of `readinessMinScore` percent."""

    model_config = example(_PROGRAMME)

    id: UUID
    key: str
    title: Text
    state: ProgrammeState
    template_key: str | None
    template_version: str | None
    expected_size: int | None = Field(description="How many municipalities it is to cover")
    gates_on_readiness: bool
    readiness_min_score: int
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class WaveCreate(ApiInput):
    """A wave after those that are there."""

    model_config = example(_WAVE_NEW)

    key: Key
    kind: WaveKind
    audience: Audience = Audience.school
    title: TextInput
    rollout: WindowInput | None = None
    use: WindowInput | None = None
    size_min: Size | None = None
    size_max: Size | None = None
    size_of: SizeOf = SizeOf.municipality


class WaveChange(ApiPatch):
    """New facts of a wave; what is left out stays."""

    model_config = example({"rollout": _ROLLOUT, "sizeMax": 75})
    nullable: ClassVar[frozenset[str]] = frozenset({"rollout", "use", "size_min", "size_max"})

    title: TextInput | None = None
    rollout: WindowInput | None = None
    use: WindowInput | None = None
    size_min: Size | None = None
    size_max: Size | None = None


class WavePublic(ApiModel):
    """A stage of the rollout, and when what it brings is taken into use. `sizeOf` is what its size counts."""

    model_config = example(
        _WAVE_NEW | {"id": _ID, "programmeId": _ID, "position": 2, "sourceRef": "AU-W2", "state": "planned"} | _STAMPS
    )

    id: UUID
    programme_id: UUID
    key: str
    position: int
    kind: WaveKind
    audience: Audience
    title: Text
    rollout: WindowPublic | None
    use: WindowPublic | None
    size_min: int | None
    size_max: int | None
    size_of: SizeOf
    source_ref: str | None
    state: WaveState
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class PublicationCreate(ApiInput):
    """The version of a template to give out as the central task list."""

    model_config = example({"templateKey": "central-task-list", "templateVersion": "1.0.0"})

    template_key: Annotated[str, Field(min_length=1, max_length=80)]
    template_version: Annotated[str, Field(min_length=1, max_length=20)]


class PublicationPublic(ApiModel):
    """A task list that was given out. Numbers rise; the highest is the one in force."""

    model_config = example(
        {
            "id": _ID,
            "programmeId": _ID,
            "number": 1,
            "templateKey": "central-task-list",
            "templateVersion": "1.0.0",
            "digest": "9f2c0d7e",
            "publishedAt": "2026-11-22T08:00:00Z",
        }
    )

    id: UUID
    programme_id: UUID
    number: int
    template_key: str
    template_version: str
    digest: str
    published_at: datetime


def day_of(anchor: str) -> date:
    """The day of an anchor; of a month, its first. Raises ValueError for a day that is not in the calendar."""
    return date.fromisoformat(anchor if len(anchor) == len("2018-09-01") else f"{anchor}-01")
