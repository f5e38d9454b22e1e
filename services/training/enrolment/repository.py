"""Every query on enrolments."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.roster.models import Person
from services.training.session.models import Enrolment
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text


class EnrolmentRepository:
    """Enrolments of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, enrolment_id: UUID) -> Enrolment:
        """The enrolment, or NotFound; read it again after its session is locked."""
        query = select(Enrolment).where(Enrolment.tenant_id == tenant_of(self._session), Enrolment.id == enrolment_id)
        found = (await self._session.exec(query.execution_options(populate_existing=True))).one_or_none()
        if found is None:
            raise NotFound(
                Text(sv="Anmälan finns inte", en="There is no such enrolment", da="Tilmeldingen findes ikke")
            )
        return found

    async def find(self, session_id: UUID, person_id: UUID) -> Enrolment | None:
        """The person's enrolment in a session, unless cancelled."""
        query = select(Enrolment).where(
            Enrolment.tenant_id == tenant_of(self._session),
            Enrolment.session_id == session_id,
            Enrolment.person_id == person_id,
            Enrolment.state != "cancelled",
        )
        return (await self._session.exec(query)).one_or_none()

    async def of_session(self, session_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Enrolment]:
        """Those of `ids` that belong to the session."""
        query = select(Enrolment).where(
            Enrolment.tenant_id == tenant_of(self._session),
            Enrolment.session_id == session_id,
            col(Enrolment.id).in_(ids),
        )
        return {row.id: row for row in (await self._session.exec(query)).all()}

    async def list(self, session_id: UUID, limit: int, after: tuple[UUID] | None) -> Sequence[Row[Any]]:
        """(Enrolment, display name) in order of arrival."""
        query = (
            select(Enrolment, Person.display_name)
            .join(Person, (col(Person.tenant_id) == Enrolment.tenant_id) & (col(Person.id) == Enrolment.person_id))
            .where(Enrolment.tenant_id == tenant_of(self._session), Enrolment.session_id == session_id)
        )
        if after:
            query = query.where(tuple_(col(Enrolment.id)) > after)
        return (await self._session.exec(query.order_by(col(Enrolment.id)).limit(limit))).all()  # type: ignore[return-value]
