"""Meetings, their series, agendas and what came of them, on the wire."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, model_validator

from services.projects.body.cadence import Cadence
from services.projects.body.schemas import Day, Days
from services.projects.decision.schemas import OutcomeCreate
from services.projects.meeting.models import MeetingState
from services.projects.plan.vocabulary import LifecycleStage, PartySide
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("use the IANA name of a time zone, such as Europe/Stockholm")
    return name


def _whole_minutes(at: time) -> time:
    if at.tzinfo is not None or at.second or at.microsecond:
        raise ValueError("use a local clock time in whole minutes, such as 13:00")
    return at


Zone = Annotated[str, Field(max_length=60), AfterValidator(_known_zone)]
LocalTime = Annotated[time, AfterValidator(_whole_minutes)]
Minutes = Annotated[int, Field(ge=5, le=1440)]
Title = Annotated[str, Field(min_length=1, max_length=200)]

_CREATE: dict[str, Any] = {
    "title": "Styrgrupp",
    "heldOn": "2027-04-20",
    "localStart": "13:00",
    "zone": "Europe/Stockholm",
    "durationMinutes": 120,
    "place": "Rådhuset",
}
_ITEM: dict[str, Any] = {
    "title": "Status för leveranserna",
    "minutes": 15,
    "startsAt": "13:00",
    "isBreak": False,
    "presenterId": None,
    "presenterRole": "supplier_project_leader",
    "decisionId": None,
}
_MEETING: dict[str, Any] = _CREATE | {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
    "bodyId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "seriesId": None,
    "startsAt": "2027-04-20T11:00:00Z",
    "endsAt": "2027-04-20T13:00:00Z",
    "state": "planned",
    "summonBy": "2027-04-06",
    "summonedAt": None,
    "isSummonsDue": False,
    "version": 1,
}


class AttachmentRef(ApiInput):
    """A document that belongs to the meeting, by reference: where it lies, never the document itself."""

    title: Title
    href: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^(https://|/projects/v1/)")]


class MeetingCreate(ApiInput):
    """A meeting on a day, at a local clock time. `summonsDays` is how long before it people are summoned."""

    model_config = example(_CREATE)

    title: Title
    held_on: Day
    local_start: LocalTime
    zone: Zone = "Europe/Stockholm"
    duration_minutes: Minutes | None = None
    place: Annotated[str, Field(max_length=500)] = ""
    summons_days: Days | None = None


class MeetingChange(ApiPatch):
    """What to change; what is left out stays. After the meeting only minutes and attachments do."""

    model_config = example({"state": "held", "minutes": "Styrgruppen godkände tidplanen."})

    title: Title | None = None
    held_on: Day | None = None
    local_start: LocalTime | None = None
    zone: Zone | None = None
    duration_minutes: Minutes | None = None
    place: Annotated[str, Field(max_length=500)] | None = None
    state: Literal["summoned", "held", "cancelled"] | None = None
    minutes: Annotated[str, Field(max_length=50_000)] | None = None
    attachments: Annotated[list[AttachmentRef], Field(max_length=50)] | None = None


class MeetingItem(ApiModel):
    """A meeting in a list. `startsAt` is the instant that local day, time and zone come to."""

    model_config = example(_MEETING)

    id: UUID
    project_id: UUID
    body_id: UUID
    series_id: UUID | None
    title: str
    held_on: date
    local_start: time
    zone: str
    duration_minutes: int
    place: str
    starts_at: datetime
    ends_at: datetime
    state: MeetingState
    summon_by: date | None
    summoned_at: datetime | None
    is_summons_due: bool = Field(description="People should have been summoned by now and were not")
    version: int


class AgendaItemInput(ApiInput):
    """A point. `startsAt` may be left out: it follows from the points before it, and must agree with them."""

    title: Title
    minutes: Annotated[int, Field(ge=1, le=1440)]
    starts_at: LocalTime | None = None
    is_break: bool = False
    presenter_id: UUID | None = None
    presenter_role: Annotated[str, Field(max_length=100)] | None = None
    decision_id: UUID | None = None


class AgendaInput(ApiInput):
    """The whole agenda; it replaces the former."""

    model_config = example({"items": [_ITEM]})

    items: list[AgendaItemInput] = Field(max_length=100)


class AgendaItemPublic(ApiModel):
    """A point with its local clock times."""

    position: int
    title: str
    starts_at: time
    ends_at: time
    minutes: int
    is_break: bool
    presenter_id: UUID | None
    presenter_role: str | None
    decision_id: UUID | None


class MeetingPublic(MeetingItem):
    """A meeting with its agenda, what was decided, and what it gave people to do."""

    model_config = example(
        _MEETING
        | {
            "minutes": "",
            "minutesBy": None,
            "attachments": [{"title": "Lägesrapport", "href": "https://dokument.bjorkby.example/lagesrapport"}],
            "agenda": [_ITEM | {"position": 1, "endsAt": "13:15"}],
            "unallocatedMinutes": 105,
            "decisionIds": [],
            "activityIds": [],
            "createdAt": "2026-11-22T08:00:00Z",
            "updatedAt": "2026-11-22T08:00:00Z",
            "allowedActions": [],
        }
    )

    minutes: str
    minutes_by: UUID | None
    attachments: list[AttachmentRef]
    agenda: list[AgendaItemPublic]
    unallocated_minutes: int = Field(description="Minutes of the meeting that no point fills")
    decision_ids: list[UUID]
    activity_ids: list[UUID] = Field(description="The activities that came of it")
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class ActionItemCreate(ApiInput):
    """An activity of the plan that came of the meeting: one that is there (`activityId`), or a new one."""

    model_config = example(
        {"title": "Beställ testkonton", "side": "customer", "dueOn": "2027-05-04", "ownerId": None, "phaseId": None}
    )

    activity_id: UUID | None = None
    title: Title | None = None
    side: PartySide = PartySide.customer
    due_on: Day | None = None
    owner_id: UUID | None = None
    phase_id: UUID | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.activity_id is None) == (self.title is None):
            raise ValueError("give either activityId, or the title of a new activity")
        return self


class ActionItemPublic(ApiModel):
    """An activity that came of a meeting."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "meetingId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "activityId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
        }
    )

    id: UUID
    meeting_id: UUID
    activity_id: UUID


class MeetingDecisionCreate(OutcomeCreate):
    """What the meeting decided; the body is that of the meeting."""

    model_config = example(
        {
            "decisionId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "optionKey": "yes",
            "outcome": "Vårdnadshavarna ansluts i augusti",
            "validFrom": "2027-08-16",
        }
    )

    decision_id: UUID


class SeriesCreate(ApiInput):
    """Meetings from the body's cadence in the project's present stage, from a first to a last day (three years at
    most). `weekday` is the ISO number that is preferred; `timesPerPeriod` lies inside the cadence."""

    model_config = example(
        {
            "title": "Styrgrupp",
            "startsOn": "2027-03-01",
            "endsOn": "2027-12-31",
            "weekday": 2,
            "localStart": "13:00",
            "zone": "Europe/Stockholm",
            "durationMinutes": 120,
            "timesPerPeriod": 1,
            "summonsDays": 14,
        }
    )

    title: Title
    starts_on: Day
    ends_on: Day
    weekday: Annotated[int, Field(ge=1, le=7)] | None = None
    local_start: LocalTime
    zone: Zone = "Europe/Stockholm"
    duration_minutes: Minutes | None = None
    times_per_period: Annotated[int, Field(ge=1, le=20)] | None = None
    summons_days: Days | None = None

    @model_validator(mode="after")
    def _at_most_three_years(self) -> Self:
        if not 0 <= (self.ends_on - self.starts_on).days <= 3 * 366:
            raise ValueError("endsOn must lie on or after startsOn, and at most three years later")
        return self


class SeriesPublic(ApiModel):
    """A series, and how many meetings of it are planned. `leftOut` found no day that keeps its distance."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "bodyId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
            "title": "Styrgrupp",
            "stage": "implementation",
            "startsOn": "2027-03-01",
            "endsOn": "2027-12-31",
            "weekday": 2,
            "localStart": "13:00",
            "zone": "Europe/Stockholm",
            "durationMinutes": 120,
            "timesPerPeriod": 1,
            "summonsDays": 14,
            "endedAt": None,
            "meetings": 10,
            "leftOut": None,
            "version": 1,
        }
    )

    id: UUID
    body_id: UUID
    title: str
    stage: LifecycleStage
    starts_on: date
    ends_on: date
    weekday: int | None
    local_start: time
    zone: str
    duration_minutes: int
    times_per_period: int
    summons_days: int
    ended_at: datetime | None
    meetings: int
    left_out: int | None = Field(description="Known when the series is made")
    version: int


class PeriodPublic(ApiModel):
    """A period, ends included, and how many meetings were held in it."""

    start: date
    end: date
    held: int


class CadencePublic(ApiModel):
    """Whether a body meets as often as it should.

    `overdue`: the last whole period had too few meetings and none has been held since. `due`: this one still needs
    some. `not_stated`: the source gives no number for this stage, so nothing can be late.
    """

    model_config = example(
        {
            "stage": "implementation",
            "state": "due",
            "cadence": {"stated": True, "per": "month", "timesMin": 1, "timesMax": 1, "orAsNeeded": False},
            "activeFrom": "2027-03-01",
            "required": 1,
            "current": {"start": "2027-04-01", "end": "2027-04-30", "held": 0},
            "planned": 1,
            "dueOn": "2027-04-30",
            "missed": [],
        }
    )

    stage: LifecycleStage
    state: Literal["not_stated", "as_needed", "not_active", "met", "due", "overdue"]
    cadence: Cadence | None
    active_from: date | None
    required: int
    current: PeriodPublic | None
    planned: int = Field(description="Meetings of the present period that lie ahead")
    due_on: date | None
    missed: list[PeriodPublic] = Field(description="Whole periods with too few meetings, the latest first, 24 at most")
