"""Every query on availabilities and absence caps."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.availability.models import AbsenceCap, Availability
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text

_NO_HOURS = Text(sv="Tiderna finns inte", en="There is no such availability", da="Tiderne findes ikke")
_NO_CAP = Text(sv="Taket finns inte", en="There is no such cap", da="Loftet findes ikke")


class AvailabilityRepository:
    """Rows of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, availability_id: UUID, *, lock: bool = False) -> Availability:
        """The row, or NotFound."""
        query = select(Availability).where(
            Availability.tenant_id == tenant_of(self._session), Availability.id == availability_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise NotFound(_NO_HOURS)
        return found

    async def list(
        self, subject: str | None, subject_id: UUID | None, limit: int, after: tuple[UUID] | None
    ) -> Sequence[Availability]:
        """Oldest first."""
        query = select(Availability).where(Availability.tenant_id == tenant_of(self._session))
        if subject is not None:
            query = query.where(Availability.subject == subject)
        if subject_id is not None:
            query = query.where(Availability.subject_id == subject_id)
        if after:
            query = query.where(tuple_(col(Availability.id)) > after)
        return (await self._session.exec(query.order_by(col(Availability.id)).limit(limit))).all()

    async def within(self, first: date, last: date) -> Sequence[Availability]:
        """All that say something about these days."""
        query = select(Availability).where(
            Availability.tenant_id == tenant_of(self._session),
            Availability.starts_on <= last,
            Availability.ends_on >= first,
        )
        return (await self._session.exec(query.order_by(col(Availability.id)))).all()

    async def cap(self, cap_id: UUID, *, lock: bool = False) -> AbsenceCap:
        """The cap, or NotFound."""
        query = select(AbsenceCap).where(AbsenceCap.tenant_id == tenant_of(self._session), AbsenceCap.id == cap_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise NotFound(_NO_CAP)
        return found

    async def cap_of(self, unit_id: UUID | None) -> AbsenceCap | None:
        """The unit's own cap, or that for all."""
        query = select(AbsenceCap).where(AbsenceCap.tenant_id == tenant_of(self._session))
        return (await self._session.exec(query.where(col(AbsenceCap.unit_id).is_not_distinct_from(unit_id)))).first()

    async def caps(self, limit: int | None, after: tuple[UUID] | None) -> Sequence[AbsenceCap]:
        """Oldest first; `limit` None: all."""
        query = select(AbsenceCap).where(AbsenceCap.tenant_id == tenant_of(self._session))
        if after:
            query = query.where(tuple_(col(AbsenceCap.id)) > after)
        return (await self._session.exec(query.order_by(col(AbsenceCap.id)).limit(limit))).all()

    def add(self, row: Availability | AbsenceCap) -> None:
        self._session.add(row)

    async def remove(self, row: Availability | AbsenceCap) -> None:
        await self._session.delete(row)
