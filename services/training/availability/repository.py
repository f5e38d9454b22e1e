"""Every query on availabilities and absence caps."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import and_, exists, or_
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.training.availability.models import AbsenceCap, Availability
from services.training.roster.models import Duty
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text

_NO_HOURS = Text(sv="Tiderna finns inte", en="There is no such availability", da="Tiderne findes ikke")
_NO_CAP = Text(sv="Taket finns inte", en="There is no such cap", da="Loftet findes ikke")


class AvailabilityRepository:
    """Rows of the session's tenant: those of everybody and of rooms, and those of `units` and who works there; None
    means all."""

    def __init__(self, session: AsyncSession, units: frozenset[UUID] | None) -> None:
        self._session = session
        self._units = units

    async def get(self, availability_id: UUID, today: date, *, lock: bool = False) -> Availability:
        """The row, or NotFound."""
        query = self._visible(today).where(Availability.id == availability_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise NotFound(_NO_HOURS)
        return found

    async def list(
        self, subject: str | None, subject_id: UUID | None, today: date, limit: int, after: tuple[UUID] | None
    ) -> Sequence[Availability]:
        """Oldest first."""
        query = self._visible(today)
        if subject is not None:
            query = query.where(Availability.subject == subject)
        if subject_id is not None:
            query = query.where(Availability.subject_id == subject_id)
        if after:
            query = query.where(tuple_(col(Availability.id)) > after)
        return (await self._session.exec(query.order_by(col(Availability.id)).limit(limit))).all()

    async def within(self, first: date, last: date, of: Sequence[UUID] | None) -> Sequence[Availability]:
        """All that say something about these days, or those of everybody and of some."""
        query = select(Availability).where(
            Availability.tenant_id == tenant_of(self._session),
            Availability.starts_on <= last,
            Availability.ends_on >= first,
        )
        if of is not None:
            query = query.where(or_(col(Availability.subject) == "everybody", col(Availability.subject_id).in_(of)))
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

    def _visible(self, today: date) -> SelectOfScalar[Availability]:
        query = select(Availability).where(Availability.tenant_id == tenant_of(self._session))
        if self._units is None:
            return query
        here = exists().where(
            col(Duty.tenant_id) == Availability.tenant_id,
            col(Duty.person_id) == Availability.subject_id,
            Duty.is_held(self._units, today),
        )
        return query.where(
            or_(
                col(Availability.subject).in_(("everybody", "room")),
                and_(col(Availability.subject) == "unit", col(Availability.subject_id).in_(self._units)),
                and_(col(Availability.subject) == "person", here),
            )
        )
