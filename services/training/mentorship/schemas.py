"""Request and response bodies of mentorships."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import Field

from shared.web import AllowedAction, ApiInput, ApiModel, example

_EXAMPLE = {
    "courseId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "mentorId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "menteeId": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11",
    "startsOn": "2026-08-17",
}


class MentorshipCreate(ApiInput):
    """The mentor has had the course, the mentee not yet. `startsOn` null: today."""

    model_config = example(_EXAMPLE)

    course_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    starts_on: date | None = None


class MentorshipPublic(ApiModel):
    """Who accompanies whom through a course. Names are aliases for protected persons, empty for who is gone."""

    model_config = example(
        _EXAMPLE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "mentorName": "Test Mentor",
            "menteeName": "Test Adept",
            "endsOn": None,
            "version": 1,
            "allowedActions": [],
        }
    )

    id: UUID
    course_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    mentor_name: str
    mentee_name: str
    starts_on: date
    ends_on: date | None
    version: int
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


@dataclass(frozen=True)
class Sight:
    """Whose mentorships are seen: of mentees at `units` (None: all), and one's `own` on either side."""

    units: frozenset[UUID] | None
    own: UUID | None
