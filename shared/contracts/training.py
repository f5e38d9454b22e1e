"""What training tells the other services: courses, sessions, seats as states, and the coverage that gates read.

Ids and numbers only. Names of people are read through the API, by who may.
"""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event


class CourseCreated(Event):
    """A course exists; `audience` are the training roles that need it."""

    type: ClassVar[str] = "training.course.created.v1"

    course_id: UUID
    audience: tuple[str, ...]


class CourseChanged(Event):
    """A course's facts or audience changed; `version` is its new version."""

    type: ClassVar[str] = "training.course.changed.v1"

    course_id: UUID
    version: int
    audience: tuple[str, ...]


class SessionScheduled(Event):
    """A session of a course was planned, with `capacity` seats."""

    type: ClassVar[str] = "training.session.scheduled.v1"

    session_id: UUID
    course_id: UUID
    capacity: int


class SessionChanged(Event):
    """A session's time, place or capacity changed, or it was cancelled or held."""

    type: ClassVar[str] = "training.session.changed.v1"

    session_id: UUID
    version: int
    state: Literal["planned", "held", "cancelled"]
    capacity: int


class EnrolmentChanged(Event):
    """A seat changed hands or state: confirmed, waiting, cancelled, or what the attendance list said."""

    type: ClassVar[str] = "training.enrolment.changed.v1"

    enrolment_id: UUID
    session_id: UUID
    state: Literal["confirmed", "waiting", "cancelled", "attended", "partial", "no_show"]


class CoverageChanged(Event):
    """How many of those who need training in a role have it: the signal that gates read.

    `unit_id` is null for the whole authority. `role` is a training role: a duty role of the roster
    (`shared/contracts/sync.py`) or `key_person` [nyckelperson, HAN-A2.09]. `needed` 0 means that nobody holds the
    role (yet), which proves nothing.
    """

    type: ClassVar[str] = "training.coverage.changed.v1"

    coverage_id: UUID
    unit_id: UUID | None
    role: str
    trained: int
    needed: int
