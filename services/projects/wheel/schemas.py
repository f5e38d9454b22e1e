"""The annual wheel on the wire."""

from datetime import date
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import Field, Strict, model_validator

from services.projects.plan.schemas import GivenText
from services.projects.wheel.vocabulary import WheelAction, WheelAnchor
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2101, 12, 31))]
Year = Annotated[int, Strict(), Field(ge=2000, le=2100, description="The year in which the school year begins")]
Offset = Annotated[int, Strict(), Field(ge=-366, le=366, description="Days after the anchor, negative for before")]
Days = Annotated[int, Strict(), Field(ge=0, le=366)]
Words = Annotated[str, Field(min_length=1, max_length=4000)]
Units = Annotated[list[UUID], Field(max_length=5000)]

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_WHEEL: dict[str, Any] = {"key": "quality", "title": {"sv": "Kvalitetsårshjul", "en": "Quality wheel", "da": None}}
_EVENT: dict[str, Any] = {
    "key": "attendance",
    "title": {"sv": "Frånvaro, höst", "en": "Absence, autumn", "da": None},
    "anchor": "tertial_3_end",
    "offsetDays": 20,
    "action": "data_request",
    "indicatorId": "01979f3a-5555-7b52-9d3a-5f0c2b9e8d11",
    "question": None,
    "unitIds": [],
    "followUpDays": 30,
    "feedbackDays": 45,
}
_DUE: dict[str, Any] = {
    "eventId": _ID,
    "key": "attendance",
    "title": _EVENT["title"],
    "action": "data_request",
    "onDate": "2028-01-20",
    "slot": 0,
    "isNew": True,
    "dataRequestId": None,
}


class WheelCreate(ApiInput):
    """An annual wheel."""

    model_config = example(_WHEEL)

    key: Key
    title: GivenText


class WheelEventCreate(ApiInput):
    """What comes back every school year.

    A data request asks for an indicator in the tertial, term or school year before its day, or a free question; of
    these units, or of every unit there is when the wheel is rolled.
    """

    model_config = example(_EVENT)

    key: Key
    title: GivenText
    anchor: WheelAnchor | None = None
    offset_days: Offset = 0
    action: WheelAction
    indicator_id: UUID | None = None
    question: Words | None = None
    unit_ids: Units = Field(default_factory=list)
    follow_up_days: Days = 30
    feedback_days: Days = 60
    document: GivenText | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        asks = (self.indicator_id is not None) + (self.question is not None)
        if asks != (1 if self.action is WheelAction.data_request else 0):
            raise ValueError("a data request asks for an indicator or a question, the other actions for neither")
        if self.feedback_days < self.follow_up_days:
            raise ValueError("feedbackDays must not be less than followUpDays")
        return self


class WheelEventChange(ApiPatch):
    """Place an event, or change its days and audience."""

    model_config = example({"anchor": "autumn_term_start", "offsetDays": 14})
    nullable: ClassVar[frozenset[str]] = frozenset({"anchor", "document"})

    title: GivenText | None = None
    anchor: WheelAnchor | None = None
    offset_days: Offset | None = None
    unit_ids: Units | None = None
    follow_up_days: Days | None = None
    feedback_days: Days | None = None
    document: GivenText | None = None


class WheelEventPublic(ApiModel):
    """An event of the wheel. `anchor` is null where nobody has placed it yet: it is not rolled."""

    model_config = example(
        _EVENT
        | {
            "id": _ID,
            "wheelId": "01979f3a-8888-7b52-9d3a-5f0c2b9e8d11",
            "sourceRef": "MIT-W",
            "audience": None,
            "document": None,
            "version": 1,
        }
    )

    id: UUID
    wheel_id: UUID
    key: str
    source_ref: str | None
    title: Text
    anchor: WheelAnchor | None
    offset_days: int
    action: WheelAction
    indicator_id: UUID | None
    question: str | None
    unit_ids: list[UUID]
    audience: Text | None
    follow_up_days: int
    feedback_days: int
    document: Text | None = Field(description="The template that is filled in")
    version: int


class WheelPublic(ApiModel):
    """A wheel with its events."""

    model_config = example(
        _WHEEL
        | {
            "id": _ID,
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "sourceRef": "MIT-W",
            "events": [],
            "version": 1,
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    key: str
    source_ref: str | None
    title: Text
    events: list[WheelEventPublic]
    version: int
    allowed_actions: list[AllowedAction]


class WheelRoll(ApiInput):
    """Which school year, and the days in it that only the customer knows."""

    model_config = example({"schoolYear": 2027, "autumnTermStart": "2027-08-17", "springTermStart": "2028-01-10"})

    school_year: Year
    autumn_term_start: Day | None = None
    spring_term_start: Day | None = None
    census_date: Day | None = None

    @model_validator(mode="after")
    def _within_the_year(self) -> Self:
        first, last = date(self.school_year, 7, 1), date(self.school_year + 1, 6, 30)
        for day in (self.autumn_term_start, self.spring_term_start, self.census_date):
            if day is not None and not first <= day <= last:
                raise ValueError(f"the days lie in the school year, from {first} to {last}")
        return self


class WheelDue(ApiModel):
    """What an event comes to in a school year. `isNew` is false for what was rolled before: it stays as it is."""

    model_config = example(_DUE)

    event_id: UUID
    key: str
    title: Text
    action: WheelAction
    on_date: date
    slot: int = Field(description="Which one of the year, from 0")
    is_new: bool
    data_request_id: UUID | None


class WheelRolled(ApiModel):
    """What a school year holds, in the order of days, and the events that nobody has placed."""

    model_config = example({"schoolYear": 2027, "items": [_DUE], "unplaced": ["quality_dialogue"]})

    school_year: int
    items: list[WheelDue]
    unplaced: list[str]
