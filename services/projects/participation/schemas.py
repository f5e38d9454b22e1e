"""Participants and effort on the wire. Hours are numbers with two decimals; null is unknown, 0 is none needed."""

from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, PlainSerializer, model_validator

from services.projects.plan.schemas import TextInput
from services.projects.plan.vocabulary import PartySide, Raci
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

# Eight digits fit exactly into a JSON number.
HoursOut = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
HoursIn = Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=2)]

_ITEM: dict[str, Any] = {
    "side": "customer",
    "roleKey": None,
    "accountId": None,
    "raci": "A",
    "hoursMin": 8,
    "hoursMax": 16,
    "actualHours": None,
    "note": {"sv": "1-2 dagar inom två veckor", "en": "1-2 days within two weeks", "da": None},
}


class ParticipationPublic(ApiModel):
    """One participant of an activity: a side, one of its roles, or an account; as what (RACI); with how many hours."""

    model_config = example(_ITEM)

    side: PartySide
    role_key: str | None
    account_id: UUID | None
    raci: Raci
    hours_min: HoursOut | None = Field(description="Estimate; null is unknown, 0 is none needed")
    hours_max: HoursOut | None
    actual_hours: HoursOut | None = Field(description="What it took; null where nobody has reported")
    note: Text | None


class ParticipationsPublic(ApiModel):
    """Everybody who takes part in an activity. `version` is the activity's: a change here is a change of it."""

    model_config = example({"activityId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11", "items": [_ITEM], "version": 2})

    activity_id: UUID
    items: list[ParticipationPublic]
    version: int
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class ParticipationInput(ApiInput):
    """One participant. Give both hours or neither; 0 says outright that no working time is needed."""

    side: PartySide
    role_key: Annotated[str, Field(max_length=60)] | None = None
    account_id: UUID | None = None
    raci: Raci
    hours_min: HoursIn | None = None
    hours_max: HoursIn | None = None
    actual_hours: HoursIn | None = None
    note: TextInput | None = None

    @model_validator(mode="after")
    def _a_range(self) -> Self:
        if self.side is PartySide.joint:
            raise ValueError("a participant stands on one side; a joint row has participants on both")
        if (self.hours_min is None) != (self.hours_max is None):
            raise ValueError("give both hoursMin and hoursMax, or neither")
        if self.hours_min is not None and self.hours_max is not None and self.hours_min > self.hours_max:
            raise ValueError("hoursMin must not exceed hoursMax")
        return self


class ParticipationsPut(ApiInput):
    """All participants of an activity, in place of those there were; an empty list takes them all away."""

    model_config = example(
        {
            "items": [
                {"side": "customer", "raci": "A"},
                {"side": "customer", "raci": "R", "hoursMin": 8, "hoursMax": 16},
                {"side": "supplier", "raci": "R", "hoursMin": 2, "hoursMax": 4},
            ]
        }
    )

    items: list[ParticipationInput] = Field(max_length=50)


class EffortSum(ApiModel):
    """The hours of one side. Unknown hours are counted, never added as 0.

    `hoursMin`, `hoursMax` are null while nobody has estimated anything, and `actualHours` while nobody has reported.
    """

    side: PartySide
    hours_min: HoursOut | None
    hours_max: HoursOut | None
    unknown: int = Field(description="Participants who do the work and have no estimate")
    actual_hours: HoursOut | None
    unreported: int = Field(description="Participants with an estimate, or who do the work, and no report")


class EffortGroup(ApiModel):
    """The effort of one phase or one track; `key` is null for rows without a track."""

    id: UUID | None
    key: str | None
    title: Text | None
    sides: list[EffortSum]


class EffortStep(ApiModel):
    """The effort of one activity."""

    activity_id: UUID
    source_ref: str | None
    title: Text
    sides: list[EffortSum]


_SUM = {
    "side": "supplier",
    "hoursMin": 22,
    "hoursMax": 24,
    "unknown": 0,
    "actualHours": None,
    "unreported": 7,
}


class EffortPublic(ApiModel):
    """What a project costs each side in hours, estimated and actual: in all, per phase, per track and per step.

    Rows of options that were not chosen do not count. A row that is carried out per unit counts by the hours of its
    rows per unit as soon as one of them has any participant.
    """

    model_config = example(
        {
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "sides": [_SUM],
            "phases": [],
            "tracks": [],
            "steps": [
                {
                    "activityId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
                    "sourceRef": "HAN-I3",
                    "title": {"sv": "Kontrollera synkroniseringen", "en": "Verify the sync", "da": None},
                    "sides": [_SUM | {"hoursMin": 2, "hoursMax": 4, "unreported": 1}],
                }
            ],
        }
    )

    project_id: UUID
    sides: list[EffortSum]
    phases: list[EffortGroup]
    tracks: list[EffortGroup]
    steps: list[EffortStep]
