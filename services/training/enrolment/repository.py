"""Every query on enrolments."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.roster.models import Duty, Person
from services.training.session.models import Enrolment
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text

_MISSING = Text(sv="Anmälan finns inte", en="There is no such enrolment", da="Tilmeldingen findes ikke")


class EnrolmentRepository:
    """Enrolments of the session's tenant, of people who work at `units`; None means everybody."""

    def __init__(self, session: AsyncSession, units: frozenset[UUID] | None) -> None:
        self._session = session
        self._units = units

    async def get(self, enrolment_id: UUID) -> tuple[Enrolment, str]:
        """The enrolment and the person's name, or NotFound; read it again after its session is locked."""
        query = self._shown().where(Enrolment.id == enrolment_id)
        found = (await self._session.exec(query.execution_options(populate_existing=True))).one_or_none()
        if found is None:
            raise NotFound(_MISSING)
        return found[0], found[1]

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, tuple[Enrolment, str]]:
        """The enrolments with these ids, as they are now, with names."""
        query = self._shown().where(col(Enrolment.id).in_(ids)).execution_options(populate_existing=True)
        return {row[0].id: (row[0], row[1]) for row in (await self._session.exec(query)).all()}

    async def no_show(self, session_id: UUID) -> Enrolment | None:
        """Somebody who did not come and whose seat nobody was given."""
        query = select(Enrolment).where(
            Enrolment.tenant_id == tenant_of(self._session),
            Enrolment.session_id == session_id,
            Enrolment.state == "no_show",
            col(Enrolment.seat).is_not(None),
        )
        query = query.order_by(col(Enrolment.id)).limit(1).execution_options(populate_existing=True)
        return (await self._session.exec(query)).one_or_none()

    async def of_session(self, session_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Enrolment]:
        """Those of `ids` that belong to the session."""
        query = select(Enrolment).where(
            Enrolment.tenant_id == tenant_of(self._session),
            Enrolment.session_id == session_id,
            col(Enrolment.id).in_(ids),
        )
        rows = await self._session.exec(query.execution_options(populate_existing=True))
        return {row.id: row for row in rows.all()}

    async def list(self, session_id: UUID, limit: int, after: tuple[UUID] | None) -> Sequence[Row[Any]]:
        """(Enrolment, display name) in order of arrival."""
        query = self._shown().where(Enrolment.session_id == session_id)
        if after:
            query = query.where(tuple_(col(Enrolment.id)) > after)
        rows: Sequence[Row[Any]] = (await self._session.exec(query.order_by(col(Enrolment.id)).limit(limit))).all()
        return rows

    def _shown(self) -> Any:
        """Enrolments with names. A person who was erased has none, and the seat remains."""
        tenant = tenant_of(self._session)
        query = (
            select(Enrolment, func.coalesce(Person.display_name, ""))
            .outerjoin(Person, (col(Person.tenant_id) == Enrolment.tenant_id) & (col(Person.id) == Enrolment.person_id))
            .where(Enrolment.tenant_id == tenant)
        )
        if self._units is None:
            return query
        works_there = select(Duty.id).where(
            Duty.tenant_id == tenant, Duty.person_id == Enrolment.person_id, Duty.is_held(self._units, clock.today())
        )
        return query.where(works_there.exists())
