"""Every query on certificates."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.certificate.models import Certificate
from services.training.roster.models import Person
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.text import Text

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:tenant AS uuid)::text, 29))")
# Whose need is met and who holds no certificate of it: every module of a curriculum that their role at a unit needs,
# or a course that names their role.
_EARNED = text("""
WITH holder AS (
    SELECT d.unit_id, d.role, d.person_id
    FROM duty d
    JOIN person p ON p.tenant_id = d.tenant_id AND p.id = d.person_id AND NOT p.ended
    JOIN unit u ON u.tenant_id = d.tenant_id AND u.id = d.unit_id AND NOT u.ended
    WHERE d.tenant_id = :tenant AND NOT d.ended
      AND (d.starts_on IS NULL OR d.starts_on <= :today) AND (d.ends_on IS NULL OR d.ends_on >= :today)
    UNION
    SELECT a.unit_id, a.role, a.person_id FROM appointment a
    JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id AND NOT p.ended
    WHERE a.tenant_id = :tenant
),
attended AS (
    SELECT e.person_id, s.course_id
    FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
    WHERE e.tenant_id = :tenant AND e.state = 'attended' AND s.state <> 'cancelled' AND s.ends_at <= :now
    UNION ALL
    SELECT c.person_id, c.course_id FROM completion c WHERE c.tenant_id = :tenant
),
module AS (
    SELECT m.curriculum_id, array_agg(m.course_id ORDER BY m.position) AS courses
    FROM curriculum_module m
    JOIN course c ON c.tenant_id = m.tenant_id AND c.id = m.course_id AND NOT c.archived
    WHERE m.tenant_id = :tenant GROUP BY m.curriculum_id
),
had AS (SELECT person_id, array_agg(course_id) AS courses FROM attended GROUP BY person_id),
earned AS (
    SELECT DISTINCT h.person_id, 'curriculum' AS kind, k.id AS achievement_id, k.title, m.courses
    FROM curriculum k
    JOIN module m ON m.curriculum_id = k.id
    JOIN holder h ON h.role = k.role
    JOIN unit u ON u.tenant_id = :tenant AND u.id = h.unit_id
        AND (k.school_form IS NULL OR k.school_form = ANY (u.school_forms))
    JOIN had ON had.person_id = h.person_id AND m.courses <@ had.courses
    WHERE k.tenant_id = :tenant AND NOT k.archived
    UNION ALL
    SELECT DISTINCT h.person_id, 'course', c.id, c.title, ARRAY[c.id]
    FROM course c
    JOIN holder h ON h.role = ANY (c.audience)
    JOIN attended a ON a.person_id = h.person_id AND a.course_id = c.id
    WHERE c.tenant_id = :tenant AND NOT c.archived
)
SELECT e.person_id, e.kind, e.achievement_id, e.title, e.courses, p.display_name
FROM earned e JOIN person p ON p.tenant_id = :tenant AND p.id = e.person_id
WHERE NOT EXISTS (SELECT FROM certificate c WHERE c.tenant_id = :tenant AND c.person_id = e.person_id
    AND c.achievement_id = e.achievement_id
    AND (c.revoked_at IS NULL OR c.revoked_reason IN ('error', 'withdrawn')))
ORDER BY e.person_id, e.achievement_id LIMIT :limit
""")
# Certificates that vouch for a course which their holder, as was found out since, has not had.
_FALLEN = text("""
SELECT c.id FROM certificate c
WHERE c.tenant_id = :tenant AND c.revoked_at IS NULL AND EXISTS (
    SELECT FROM unnest(c.courses) AS vouched (course_id) WHERE NOT EXISTS (
        SELECT FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
        WHERE e.tenant_id = c.tenant_id AND e.person_id = c.person_id AND e.state = 'attended'
          AND s.state <> 'cancelled' AND s.course_id = vouched.course_id)
    AND NOT EXISTS (SELECT FROM completion d WHERE d.tenant_id = c.tenant_id AND d.person_id = c.person_id
                    AND d.course_id = vouched.course_id))
ORDER BY c.id LIMIT :limit
""")
_TITLES = text("SELECT id, title FROM course WHERE tenant_id = :tenant AND id = ANY(:courses)")
# Everybody at once fits into memory, as in the coverage.
_ROOM = text("SET LOCAL work_mem = '48MB'")
_NUMBER = text("SELECT coalesce(max(number) + 1, 0) FROM certificate WHERE tenant_id = :tenant")
_REVOKED = text(
    "SELECT number FROM certificate WHERE tenant_id = :tenant AND revoked_at IS NOT NULL"
    " AND number >= :first AND number < :next"
)


class CertificateRepository:
    """Certificates of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def lock(self) -> None:
        """Let one transaction at a time number the tenant's certificates."""
        await self._session.execute(_LOCK, {"tenant": self._tenant})

    async def earned(self, limit: int) -> Sequence[Row[Any]]:
        """person_id, kind, achievement_id, title, display_name of certificates to be issued."""
        await self._session.execute(_ROOM)
        values = {"tenant": self._tenant, "today": clock.today(), "now": clock.now(), "limit": limit}
        return (await self._session.execute(_EARNED, values)).all()

    async def fallen(self, limit: int) -> Sequence[UUID]:
        """Certificates whose ground was corrected away."""
        return (await self._session.execute(_FALLEN, {"tenant": self._tenant, "limit": limit})).scalars().all()

    async def titles(self, courses: Sequence[UUID]) -> dict[UUID, Text]:
        """The titles of courses."""
        rows = await self._session.execute(_TITLES, {"tenant": self._tenant, "courses": list(courses)})
        return {row.id: Text.model_validate(row.title) for row in rows}

    async def next_number(self) -> int:
        """The number of the next certificate; call with the lock."""
        return int((await self._session.execute(_NUMBER, {"tenant": self._tenant})).scalar_one())

    async def revoked(self, first: int, after: int) -> Sequence[int]:
        """Numbers of revoked certificates, from `first` to below `after`."""
        values = {"tenant": self._tenant, "first": first, "next": after}
        return (await self._session.execute(_REVOKED, values)).scalars().all()

    async def find(self, certificate_id: UUID, *, lock: bool = False) -> Certificate | None:
        """One certificate."""
        query = select(Certificate).where(Certificate.tenant_id == self._tenant, Certificate.id == certificate_id)
        return (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()

    async def name(self, person_id: UUID | None) -> str:
        """The holder's name as the roster shows it now; empty for somebody who was forgotten."""
        query = select(Person.display_name).where(Person.tenant_id == self._tenant, Person.id == person_id)
        return (await self._session.exec(query)).one_or_none() or ""

    async def list(self, person_id: UUID | None, limit: int, after: tuple[UUID] | None) -> Sequence[Certificate]:
        """Certificates, oldest first; of one person where given."""
        query = select(Certificate).where(Certificate.tenant_id == self._tenant)
        if person_id is not None:
            query = query.where(Certificate.person_id == person_id)
        if after:
            query = query.where(Certificate.id > after[0])
        return (await self._session.exec(query.order_by(col(Certificate.id)).limit(limit))).all()

    async def held_by(self, person_id: UUID) -> Sequence[Certificate]:
        """Every certificate of a person, locked."""
        query = select(Certificate).where(Certificate.tenant_id == self._tenant, Certificate.person_id == person_id)
        return (await self._session.exec(query.order_by(col(Certificate.id)).with_for_update())).all()

    def add(self, certificate: Certificate) -> None:
        self._session.add(certificate)
