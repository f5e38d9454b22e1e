"""Request and response bodies of plans."""

from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, Strict, model_validator

from services.training.availability.local import days, instant
from services.training.availability.schemas import Clock, Day, Weekdays, check_hours, check_stretch
from services.training.meeting.schemas import Instant
from services.training.planning.asked import Asked
from services.training.session.schemas import Place, Zone
from shared.web import AllowedAction, ApiInput, ApiModel, example

State = Literal["solving", "proposed", "refused", "failed", "approved", "published", "withdrawn"]
Change = Literal["added", "kept", "changed", "cancelled"]
MOST_SLOTS = 400

_COURSE = "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11"
_ROOM = "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11"
_PERSON = "01979f3a-5555-7b52-9d3a-5f0c2b9e8d11"
_SESSION = "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11"
_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


def _once_each(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) < len(ids):
        raise ValueError("name each once")
    return ids


Ids = Annotated[list[UUID], Field(max_length=500), AfterValidator(_once_each)]
Courses = Annotated[list[UUID], Field(min_length=1, max_length=10), AfterValidator(_once_each)]


class PlanHours(ApiInput):
    """Hours of the local clock."""

    from_time: Clock
    to_time: Clock

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_time >= self.to_time:
            raise ValueError("toTime must be later than fromTime")
        return self


class PlanCalendar(ApiInput):
    """Slots on some weekdays of a stretch of days, at the same local hours."""

    starts_on: Day
    ends_on: Day
    weekdays: Weekdays = Field(default_factory=lambda: [1, 2, 3, 4, 5])
    hours: list[PlanHours] = Field(min_length=1, max_length=10)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        check_stretch(self.starts_on, self.ends_on)
        return self

    def slots(self, zone: str) -> list[list[int]]:
        """[start, end] of each; ValueError for an hour that the clocks of a day skip or repeat."""
        on = days(self.starts_on, self.ends_on, self.weekdays)
        check_hours(on, [at for each in self.hours for at in (each.from_time, each.to_time)], zone)
        times = [
            (instant(day, each.from_time, zone), instant(day, each.to_time, zone)) for day in on for each in self.hours
        ]
        return [[int(start.timestamp()), int(end.timestamp())] for start, end in times if start and end]


class PlanSlot(ApiInput):
    """A stretch of time in which sessions may be held."""

    starts_at: Instant
    ends_at: Instant


_CALENDAR = {
    "startsOn": "2026-08-17",
    "endsOn": "2026-10-30",
    "weekdays": [1, 2, 3, 4, 5],
    "hours": [{"fromTime": "08:30", "toTime": "11:30"}, {"fromTime": "13:00", "toTime": "16:00"}],
}
_ASKED: dict[str, Any] = {
    "name": "Teachers, autumn",
    "courseIds": [_COURSE],
    "calendar": _CALENDAR,
    "slots": [],
    "zone": "Europe/Stockholm",
    "place": "Central School",
    "roomIds": [_ROOM],
    "trainerIds": [_PERSON],
    "bySchoolForm": True,
    "keyPersonsFirst": True,
    "choices": 3,
    "choicesPer": "unit",
    "goLive": "demand",
}


class PlanCreate(ApiInput):
    """What to plan: sessions of courses for everybody who needs them and has no seat, in slots that do not overlap.

    Give a calendar or slots. `choices`: each unit, or person, shall have a choice of so many days [IM-C15]. `goLive`:
    whether everybody must be trained before their unit goes live, or that is a wish. Without rooms, or without
    trainers, `parallel` limits how many sessions there are at once (1 unless given). A planned session has one date: a
    course of several, such as one of two terms, is scheduled by hand (`/sessions` with `dates`)."""

    model_config = example(_ASKED)

    name: str = Field(min_length=1, max_length=200)
    course_ids: Courses
    calendar: PlanCalendar | None = None
    slots: list[PlanSlot] = Field(default_factory=list, max_length=MOST_SLOTS)
    zone: Zone = "Europe/Stockholm"
    place: Place = "-"
    room_ids: Ids = Field(default_factory=list)
    trainer_ids: Ids = Field(default_factory=list)
    unit_ids: Ids | None = Field(None, description="Null: every unit")
    by_school_form: bool = Field(
        False,
        description="Whether people of other school forms keep apart. Who works at a unit with several goes with the"
        " first that the register names for it",
    )
    key_persons_first: bool = True
    choices: Annotated[int, Strict(), Field(ge=0, le=10)] = 0
    choices_per: Literal["unit", "person"] = "unit"
    parallel: Annotated[int, Strict(), Field(ge=1, le=100)] | None = None
    go_live: Literal["demand", "wish"] = "demand"
    min_size: Annotated[int, Strict(), Field(ge=1, le=1000)] | None = Field(
        None, description="Instead of the courses' own"
    )
    seconds: Annotated[int, Strict(), Field(ge=1, le=600, description="How long to search")] = 45

    @model_validator(mode="after")
    def _has_slots(self) -> Self:
        if (self.calendar is None) is not bool(self.slots):
            raise ValueError("give either a calendar or slots")
        slots = self.all_slots()
        if not 1 <= len(slots) <= MOST_SLOTS:
            raise ValueError(f"a plan has 1 to {MOST_SLOTS} slots")
        if any(start >= end for start, end in slots):
            raise ValueError("endsAt must be later than startsAt")
        if any(later[0] < former[1] for former, later in pairwise(slots)):
            raise ValueError("slots must not overlap")
        return self

    def all_slots(self) -> list[list[int]]:
        """[start, end] in seconds since 1970, in order."""
        if self.calendar is not None:
            return sorted(self.calendar.slots(self.zone))
        return sorted([int(each.starts_at.timestamp()), int(each.ends_at.timestamp())] for each in self.slots)

    def asked(self) -> Asked:
        """As the planner takes it."""
        return Asked(
            courses=self.course_ids,
            slots=self.all_slots(),
            zone=self.zone,
            place=self.place,
            rooms=self.room_ids,
            trainers=self.trainer_ids,
            units=self.unit_ids,
            by_form=self.by_school_form,
            key_first=self.key_persons_first,
            choices=self.choices,
            choices_per=self.choices_per,
            parallel=self.parallel,
            go_live=self.go_live,
            min_size=self.min_size,
            seconds=self.seconds,
        )


class PlanLoss(ApiInput):
    """Who or what is missing, from when until when; null: in the whole plan."""

    id: UUID
    starts_at: Instant | None = None
    ends_at: Instant | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValueError("endsAt must be later than startsAt")
        return self


class PlanReplan(ApiInput):
    """What a published plan has to do without; who left or started is found in the roster. Rooms and trainers that
    sessions were given by hand stay, and so do people who were booked by hand without a need."""

    model_config = example({"trainers": [{"id": _PERSON, "startsAt": "2026-09-01T00:00:00Z"}], "catchUp": True})

    trainers: list[PlanLoss] = Field(default_factory=list, max_length=100)
    rooms: list[PlanLoss] = Field(default_factory=list, max_length=100)
    catch_up: bool = Field(False, description="Whether one more session may be held for who has no seat left")


class PlanPublic(ApiModel):
    """A plan. With `sessions` equal to `bound` it cannot be bettered."""

    model_config = example(
        {
            "id": _ID,
            "name": "Teachers, autumn",
            "state": "proposed",
            "courseIds": [_COURSE],
            "baseId": None,
            "jobId": "01979f3a-8888-7b52-9d3a-5f0c2b9e8d11",
            "inputHash": "5f0c",
            "sessions": 104,
            "bound": 104,
            "cost": 967,
            "costBound": 885,
            "people": 2500,
            "leftOut": 0,
            "approvedAt": None,
            "publishedAt": None,
            "version": 2,
            "createdAt": "2026-08-01T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    name: str
    state: State
    course_ids: list[UUID]
    base_id: UUID | None = Field(description="The published plan that this one mends")
    job_id: UUID | None
    input_hash: str | None = Field(description="Of everything that the plan rests on (SHA-256)")
    sessions: int | None
    bound: int | None = Field(
        description="No plan has fewer sessions. Of several courses: each given the plan of those before it. Null for a"
        " plan that mends another: that one keeps what stands, and looks for nothing better"
    )
    cost: int | None = Field(
        description="Weeks between training and use, and hours of substitutes, over all people; null as `bound`"
    )
    cost_bound: int | None = Field(
        description="No plan with as many sessions of each course, and that order of key persons, costs less"
    )
    people: int | None = Field(description="Seats given")
    left_out: int = Field(description="Needs of people who cannot come at any time")
    approved_at: datetime | None
    published_at: datetime | None
    version: int
    created_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class PlanSessionPublic(ApiModel):
    """A session of a plan."""

    model_config = example(
        {
            "id": _ID,
            "courseId": _COURSE,
            "schoolForm": "compulsory",
            "startsAt": "2026-08-17T06:30:00Z",
            "endsAt": "2026-08-17T09:30:00Z",
            "roomId": _ROOM,
            "trainerId": _PERSON,
            "backupId": None,
            "sessionId": None,
            "change": "added",
            "people": 25,
        }
    )

    id: UUID
    course_id: UUID
    school_form: str | None
    starts_at: datetime
    ends_at: datetime
    room_id: UUID | None
    trainer_id: UUID | None
    backup_id: UUID | None
    session_id: UUID | None
    change: Change
    people: int


class PlanChoicesPublic(ApiModel):
    """The dates among which somebody can choose; the one that the plan gives first. `sessionId` null: no seat."""

    model_config = example(
        {
            "id": _ID,
            "personId": _PERSON,
            "courseId": _COURSE,
            "planSessionId": _SESSION,
            "startsAt": ["2026-08-17T06:30:00Z", "2026-08-24T06:30:00Z", "2026-09-02T11:00:00Z"],
        }
    )

    id: UUID
    person_id: UUID
    course_id: UUID
    plan_session_id: UUID | None
    starts_at: list[datetime] = Field(json_schema_extra={"example": ["2026-08-17T06:30:00Z"]})


class PlanMove(ApiModel):
    """Somebody's seat changes: from a session (null: had none) to a session of the plan (null: has none any more)."""

    person_id: UUID
    course_id: UUID
    from_session_id: UUID | None
    to_plan_session_id: UUID | None


class PlanDiff(ApiModel):
    """What publishing changes in the sessions that are published."""

    model_config = example(
        {
            "added": 1,
            "kept": 103,
            "changed": 0,
            "cancelled": 1,
            "seated": 0,
            "moved": 25,
            "released": 0,
            "moves": [
                {"personId": _PERSON, "courseId": _COURSE, "fromSessionId": _SESSION, "toPlanSessionId": _ID},
            ],
        }
    )

    added: int = Field(description="Sessions")
    kept: int = Field(description="Sessions")
    changed: int = Field(description="Sessions that get another room or trainer")
    cancelled: int = Field(description="Sessions")
    seated: int = Field(description="People who had no seat")
    moved: int = Field(description="People who had another seat")
    released: int = Field(description="People who have none any more")
    moves: list[PlanMove] = Field(description="Who is moved or released; who is seated for the first time is not named")


class PlanConflict(ApiModel):
    """Rules that cannot be kept together, in words, and whom and what they concern."""

    text: str
    rules: list[str]
    course_id: UUID
    school_forms: list[str]
    unit_ids: list[UUID]
    starts_at: list[datetime] = Field(
        description="Slots in which enough people could meet", json_schema_extra={"example": ["2026-08-17T06:30:00Z"]}
    )


class PlanRelaxation(ApiModel):
    """A way out and its price; `sessions` null: that alone does not help."""

    kind: str
    amount: int
    text: str
    sessions: int | None


class PlanProblems(ApiModel):
    """What stands in the way of a plan, what it would take, and how many cannot come at any time."""

    model_config = example(
        {
            "state": "refused",
            "reason": "infeasible",
            "conflicts": [
                {
                    "text": "At most 9 of 93 people can meet at once, and a session needs 15.",
                    "rules": ["cap", "min_size"],
                    "courseId": _COURSE,
                    "schoolForms": ["preschool"],
                    "unitIds": [_SESSION],
                    "startsAt": [],
                }
            ],
            "relaxations": [{"kind": "smaller_sessions", "amount": 12, "text": "Sessions of 12", "sessions": 9}],
            "leftOut": 0,
        }
    )

    state: State
    reason: str | None
    conflicts: list[PlanConflict]
    relaxations: list[PlanRelaxation]
    left_out: int
