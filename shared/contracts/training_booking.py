"""What training tells of waiting lists, sessions that may not take place, curricula and completions. Ids alone."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Event


class SeatOffered(Event):
    """A seat is held for somebody who waited; until it is taken or lapses, `EnrolmentChanged` tells nothing more."""

    type: ClassVar[str] = "training.enrolment.offered.v1"

    enrolment_id: UUID
    session_id: UUID


class SessionMinimumMissed(Event):
    """On the day of decision a session had fewer people than it needs, and somebody must decide."""

    type: ClassVar[str] = "training.session.minimum_missed.v1"

    session_id: UUID
    confirmed: int
    needed: int


class CurriculumChanged(Event):
    """Which modules a role needs was set or changed; `version` is the curriculum's new version, 1 for a new one."""

    type: ClassVar[str] = "training.curriculum.changed.v1"

    curriculum_id: UUID
    version: int


class CourseCompleted(Event):
    """Somebody worked through a course outside a session, such as the online material before it."""

    type: ClassVar[str] = "training.completion.recorded.v1"

    completion_id: UUID
    course_id: UUID
