"""What training tells of waiting lists and of sessions that may not take place. Ids alone."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Event


class SeatOffered(Event):
    """A seat is held for somebody who waited; until it is taken or lapses, `EnrolmentChanged` tells nothing more."""

    type: ClassVar[str] = "training.enrolment.offered.v1"

    enrolment_id: UUID
    session_id: UUID


class SessionBelowMinimum(Event):
    """On the day of decision a session had fewer people than it needs, and somebody must decide."""

    type: ClassVar[str] = "training.session.below_minimum.v1"

    session_id: UUID
    confirmed: int
    needed: int
