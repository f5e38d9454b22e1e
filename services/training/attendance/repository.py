"""Every query on attendance."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, text
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.attendance.models import (
    Attendance,
    AttendanceClose,
    AttendanceMark,
    AttendancePolicy,
)
from services.training.roster.models import Person
from services.training.session.models import Enrolment
from shared.kit.db import tenant_of

_SEATED = ("confirmed", "attended", "partial", "no_show")
# Over for long enough, with somebody still unaccounted for, or nobody asked yet; flagged ones once marks have come.
_DUE = text("""
SELECT s.id FROM session s LEFT JOIN attendance_close c ON c.tenant_id = s.tenant_id AND c.id = s.id
WHERE s.tenant_id = :tenant AND s.state <> 'cancelled' AND s.ends_at <= :before
  AND EXISTS (SELECT FROM enrolment e WHERE e.tenant_id = s.tenant_id AND e.session_id = s.id
              AND e.state IN ('confirmed', 'attended', 'partial', 'no_show'))
  AND (c.id IS NULL OR c.state = 'missing' AND EXISTS (
      SELECT FROM enrolment e WHERE e.tenant_id = s.tenant_id AND e.session_id = s.id
      AND e.state IN ('attended', 'partial', 'no_show') AND e.updated_at <= :before))
ORDER BY s.id
""")


class AttendanceRepository:
    """Attendance of the database session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def policy(self) -> AttendancePolicy | None:
        """The tenant's thresholds, where it has set any."""
        query = select(AttendancePolicy).where(AttendancePolicy.tenant_id == self._tenant)
        return (await self._session.exec(query)).one_or_none()

    async def close(self, session_id: UUID) -> AttendanceClose | None:
        """Whether a session that is over was gone through."""
        query = select(AttendanceClose).where(
            AttendanceClose.tenant_id == self._tenant, AttendanceClose.id == session_id
        )
        return (await self._session.exec(query)).one_or_none()

    async def seated(self, session_id: UUID) -> dict[UUID, Enrolment]:
        """Everybody who has, or had to the end, a seat in the session."""
        query = select(Enrolment).where(
            Enrolment.tenant_id == self._tenant,
            Enrolment.session_id == session_id,
            col(Enrolment.state).in_(_SEATED),
        )
        rows = await self._session.exec(query.order_by(col(Enrolment.id)).execution_options(populate_existing=True))
        return {row.id: row for row in rows.all()}

    async def marks(self, enrolments: Sequence[UUID]) -> dict[UUID, list[AttendanceMark]]:
        """The marks of each enrolment."""
        query = select(AttendanceMark).where(
            AttendanceMark.tenant_id == self._tenant, col(AttendanceMark.enrolment_id).in_(enrolments)
        )
        found: dict[UUID, list[AttendanceMark]] = defaultdict(list)
        for mark in (await self._session.exec(query)).all():
            found[mark.enrolment_id].append(mark)
        return found

    async def by_nonce(self, session_id: UUID, nonces: Sequence[str]) -> dict[str, AttendanceMark]:
        """The marks that came before under these names."""
        query = select(AttendanceMark).where(
            AttendanceMark.tenant_id == self._tenant,
            AttendanceMark.session_id == session_id,
            col(AttendanceMark.nonce).in_(nonces),
        )
        return {mark.nonce: mark for mark in (await self._session.exec(query)).all()}

    async def stored(self, enrolments: Sequence[UUID]) -> dict[UUID, Attendance]:
        """What is written down of each enrolment."""
        query = select(Attendance).where(Attendance.tenant_id == self._tenant, col(Attendance.id).in_(enrolments))
        return {row.id: row for row in (await self._session.exec(query)).all()}

    async def list(self, session_id: UUID, limit: int, after: tuple[UUID] | None) -> Sequence[Row[Any]]:
        """(Enrolment, Attendance or None, display name) of the seated, in order of arrival in the queue."""
        query: Any = (
            select(Enrolment, Attendance, func.coalesce(Person.display_name, ""))
            .outerjoin(
                Attendance, (col(Attendance.tenant_id) == Enrolment.tenant_id) & (col(Attendance.id) == Enrolment.id)
            )
            .outerjoin(Person, (col(Person.tenant_id) == Enrolment.tenant_id) & (col(Person.id) == Enrolment.person_id))
            .where(
                Enrolment.tenant_id == self._tenant,
                Enrolment.session_id == session_id,
                col(Enrolment.state).in_(_SEATED),
            )
        )
        if after:
            query = query.where(tuple_(col(Enrolment.id)) > after)
        rows: Sequence[Row[Any]] = (await self._session.exec(query.order_by(col(Enrolment.id)).limit(limit))).all()
        return rows

    async def missing(self, limit: int, after: tuple[UUID] | None) -> Sequence[AttendanceClose]:
        """Sessions that are over and of which nobody took attendance."""
        query = select(AttendanceClose).where(
            AttendanceClose.tenant_id == self._tenant, AttendanceClose.state == "missing"
        )
        if after:
            query = query.where(tuple_(col(AttendanceClose.id)) > after)
        return (await self._session.exec(query.order_by(col(AttendanceClose.id)).limit(limit))).all()

    async def due(self, before: datetime) -> Sequence[UUID]:
        """Sessions to be gone through that ended by `before`."""
        return (await self._session.execute(_DUE, {"tenant": self._tenant, "before": before})).scalars().all()

    def add(self, row: AttendancePolicy | AttendanceMark | Attendance | AttendanceClose) -> None:
        self._session.add(row)
