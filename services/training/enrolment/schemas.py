"""Request and response bodies of enrolments and attendance."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web import AllowedAction, ApiInput, ApiModel, example

State = Literal["confirmed", "offered", "waiting", "cancelled", "attended", "partial", "no_show"]

_PERSON = "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11"
_EXAMPLE: dict[str, object] = {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "sessionId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "personId": _PERSON,
    "displayName": "Test Testsson",
    "state": "offered",
    "offerExpiresAt": "2026-08-18T08:00:00Z",
    "origin": "enrolled",
    "follows": None,
    "version": 1,
    "createdAt": "2026-08-17T08:00:00Z",
    "allowedActions": [],
}


class EnrolmentCreate(ApiInput):
    """Whom to enrol."""

    model_config = example({"personId": _PERSON})

    person_id: UUID


class EnrolmentBatch(ApiInput):
    """Several people at once, in the order in which they queue."""

    model_config = example({"personIds": [_PERSON]})

    person_ids: list[UUID] = Field(min_length=1, max_length=200)


class EnrolmentPublic(ApiModel):
    """One person's seat (`confirmed`), a seat that is held for them (`offered`) or place in the queue (`waiting`).

    `follows` is the enrolment whose seat or person this one took over. Protected persons show an alias."""

    model_config = example(_EXAMPLE)

    id: UUID
    session_id: UUID
    person_id: UUID
    display_name: str
    state: State
    offer_expires_at: datetime | None
    origin: Literal["enrolled", "walk_in", "substitute", "moved", "swapped"]
    follows: UUID | None
    version: int
    created_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class BatchResult(ApiModel):
    """What became of one person; `problem` is the slug of the reason where there is no enrolment."""

    person_id: UUID
    status: int
    enrolment: EnrolmentPublic | None = None
    problem: str | None = None


class BatchResults(ApiModel):
    """One result for each person, in the order asked."""

    model_config = example({"results": [{"personId": _PERSON, "status": 201, "enrolment": _EXAMPLE, "problem": None}]})

    results: list[BatchResult]


class AttendanceMark(ApiInput):
    enrolment_id: UUID
    state: Literal["attended", "partial", "no_show"]


class AttendanceList(ApiInput):
    """Who came. All marks are written, or none."""

    model_config = example({"marks": [{"enrolmentId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11", "state": "attended"}]})

    marks: list[AttendanceMark] = Field(min_length=1, max_length=1000)


class AttendanceResult(ApiModel):
    """How many marks were written, and how many rows of coverage moved with them."""

    model_config = example({"marked": 18, "coverageChanged": 2})

    marked: int
    coverage_changed: int
