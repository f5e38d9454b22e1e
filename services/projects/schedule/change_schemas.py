"""Simulations and their deltas on the wire."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.projects.calendar.schemas import CalendarExceptionCreate
from services.projects.calendar.vocabulary import Country
from services.projects.dependency.schemas import DependencyCreate
from services.projects.plan.schemas import WindowInput, WindowPublic
from services.projects.schedule.schemas import ConflictPublic
from shared.kit.text import Text
from shared.web.models import ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_OTHER = "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11"
_PROJECT = "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11"
_TITLE = {"sv": "Sätt upp integrationer", "en": "Set up integrations", "da": None}
_MAY = {"start": "2027-05-01", "end": "2027-05-31", "precision": "month", "tentative": False}
_JUNE = {"start": "2027-06-01", "end": "2027-06-30", "precision": "month", "tentative": False}
_BREAK = {
    "kind": "school_break",
    "title": {"sv": "Sommarlov", "en": "Summer break"},
    "startsOn": "2027-06-14",
    "endsOn": "2027-08-15",
}
CHANGE: dict[str, Any] = {
    "moves": [{"activityId": _ID, "window": _JUNE, "durationDays": 15}],
    "options": {"migration_ordered": True},
    "calendarChanges": {"add": [_BREAK], "remove": [], "country": None},
    "dependencies": {"add": [{"predecessorId": _ID, "successorId": _OTHER, "type": "FS"}], "remove": []},
}
_MOVED: dict[str, Any] = {
    "id": _ID,
    "projectId": _PROJECT,
    "sourceRef": "HAN-A3.02",
    "title": _TITLE,
    "before": {"window": _MAY, "start": "2027-05-03", "finish": "2027-05-31", "lateDays": 0},
    "after": {"window": _JUNE, "start": "2027-06-01", "finish": "2027-06-21", "lateDays": 0},
    "isAsked": True,
    "isNewlyLate": False,
}
_GATE: dict[str, Any] = {
    "id": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "projectId": _PROJECT,
    "key": "m3",
    "title": {"sv": "Realisering och test avslutade", "en": "Realisation and test closed", "da": None},
    "dueBy": "2027-05-31",
    "readyBefore": "2027-05-31",
    "readyAfter": "2027-06-21",
    "isNewlyLate": True,
}
_DELTA: dict[str, Any] = {
    "projectId": _PROJECT,
    "name": "Skolplattform 2027",
    "endBefore": "2027-12-31",
    "endAfter": "2028-01-21",
    "endMovesDays": 21,
    "moved": [_MOVED],
    "newConflicts": [],
    "solvedConflicts": [],
    "gates": [_GATE],
}


class MoveInput(ApiInput):
    """New facts of one row; what is left out stays. A null window lets the row float between its links."""

    model_config = example(CHANGE["moves"][0])

    activity_id: UUID
    window: WindowInput | None = None
    duration_days: Annotated[int, Field(ge=0, le=2000)] | None = Field(
        None, description="Working days; null for all that the window holds"
    )
    is_pinned: bool | None = None


class LinkChanges(ApiInput):
    """Links to make and links to leave out."""

    model_config = example(CHANGE["dependencies"])

    add: Annotated[list[DependencyCreate], Field(max_length=2000)] = []
    remove: Annotated[list[UUID], Field(max_length=2000)] = []


class CalendarChanges(ApiInput):
    """Days to free or claim, exceptions to leave out, and whose holidays to count."""

    model_config = example(CHANGE["calendarChanges"])

    add: Annotated[list[CalendarExceptionCreate], Field(max_length=200)] = []
    remove: Annotated[list[UUID], Field(max_length=200)] = []
    country: Country | None = None


class ScheduleChange(ApiInput):
    """What to change in a plan: every part may be left out."""

    model_config = example(CHANGE)

    moves: Annotated[list[MoveInput], Field(max_length=5000)] = []
    options: Annotated[dict[str, bool], Field(max_length=50)] = {}
    calendar_changes: CalendarChanges = CalendarChanges()
    dependencies: LinkChanges = LinkChanges()


class ScheduleChangeAcross(ScheduleChange):
    """A change over several projects: moves and links go to the project of their rows, the rest to each of them."""

    model_config = example({"projectIds": [_PROJECT]} | CHANGE)

    project_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]


class CalendarPreviewCreate(ApiInput):
    """A calendar change to look at, in some projects or (left out) in all that are active."""

    model_config = example({"calendarChanges": CHANGE["calendarChanges"], "projectIds": [_PROJECT]})

    calendar_changes: CalendarChanges
    project_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)] | None = None


class DatedRow(ApiModel):
    """Where a row lies: its window, and its first and last computed day; null where it is not in the plan."""

    window: WindowPublic | None
    start: date | None
    finish: date | None
    late_days: int


class MovedActivity(ApiModel):
    """A row that the change moves."""

    model_config = example(_MOVED)

    id: UUID
    project_id: UUID
    source_ref: str | None
    title: Text
    before: DatedRow
    after: DatedRow
    is_asked: bool = Field(description="Moved outright, not as a consequence")
    is_newly_late: bool = Field(description="Would end after its window, and did not before")


class AffectedGate(ApiModel):
    """A gate whose activities would be done on another day."""

    model_config = example(_GATE)

    id: UUID
    project_id: UUID
    key: str
    title: Text
    due_by: date | None
    ready_before: date | None
    ready_after: date | None
    is_newly_late: bool


class ScheduleDelta(ApiModel):
    """What a change would move. Nothing was saved."""

    model_config = example(_DELTA)

    project_id: UUID
    name: str
    end_before: date | None
    end_after: date | None
    end_moves_days: int = Field(description="Calendar days; negative is earlier")
    moved: list[MovedActivity]
    new_conflicts: list[ConflictPublic]
    solved_conflicts: list[ConflictPublic]
    gates: list[AffectedGate]


class ScheduleDeltas(ApiModel):
    """What a change would move in each of several projects, and together."""

    model_config = example(
        {
            "endBefore": "2027-12-31",
            "endAfter": "2028-01-21",
            "movedCount": 1,
            "newConflictCount": 0,
            "projects": [_DELTA],
        }
    )

    end_before: date | None
    end_after: date | None
    moved_count: int
    new_conflict_count: int
    projects: list[ScheduleDelta]


class ReschedulePublic(ScheduleDelta):
    """What was moved. `version` is the project's new version."""

    model_config = example(_DELTA | {"version": 4})

    version: int
