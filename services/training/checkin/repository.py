"""Every query of check-in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.checkin.models import SessionDoor
from services.training.session.models import Enrolment, FreeSeat, Session
from shared.kit import clock
from shared.kit.db import tenant_of


class CheckInRepository:
    """Doors, and what somebody at the door has a right to, in the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def door(self, session_id: UUID) -> SessionDoor | None:
        """The secret of a session's codes."""
        query = select(SessionDoor).where(SessionDoor.tenant_id == self._tenant, SessionDoor.id == session_id)
        return (await self._session.exec(query)).one_or_none()

    async def of_person(self, session_id: UUID, person_id: UUID) -> Enrolment | None:
        """The person's enrolment that is not cancelled."""
        query = select(Enrolment).where(
            Enrolment.tenant_id == self._tenant,
            Enrolment.session_id == session_id,
            Enrolment.person_id == person_id,
            Enrolment.state != "cancelled",
        )
        return (await self._session.exec(query.execution_options(populate_existing=True))).one_or_none()

    async def elsewhere(self, course_id: UUID, person_id: UUID, starts: datetime, ends: datetime) -> UUID | None:
        """A session of the same course, or at the same time, in which the person has a seat."""
        query = (
            select(Session.id)
            .join(
                Enrolment, (col(Enrolment.tenant_id) == Session.tenant_id) & (col(Enrolment.session_id) == Session.id)
            )
            .where(
                Session.tenant_id == self._tenant,
                Session.state == "planned",
                Session.ends_at > clock.now(),
                Enrolment.person_id == person_id,
                col(Enrolment.state).in_(("confirmed", "attended", "partial")),
                (Session.course_id == course_id) | ((Session.starts_at < ends) & (Session.ends_at > starts)),
            )
            .order_by(col(Session.starts_at))
        )
        return (await self._session.exec(query.limit(1))).first()

    async def free_seats(self, session_id: UUID) -> int:
        """How many seats nobody has."""
        query = select(func.count()).where(FreeSeat.tenant_id == self._tenant, FreeSeat.session_id == session_id)
        return (await self._session.exec(query)).one()

    def add(self, door: SessionDoor) -> None:
        self._session.add(door)
