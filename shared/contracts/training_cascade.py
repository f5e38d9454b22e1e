"""What training tells of trainees who teach their colleagues. Ids and states alone."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event


class ObligationChanged(Event):
    """Somebody owes their unit teaching, has done it, runs late, left (vacant), or was released."""

    type: ClassVar[str] = "training.obligation.changed.v1"

    obligation_id: UUID
    cascade_id: UUID
    unit_id: UUID
    state: Literal["open", "met", "overdue", "vacant", "released"]


class MentorshipChanged(Event):
    """Somebody who had a course before accompanies one who has it now; `is_active` until it ends [MIT-T]."""

    type: ClassVar[str] = "training.mentorship.changed.v1"

    mentorship_id: UUID
    course_id: UUID
    is_active: bool
