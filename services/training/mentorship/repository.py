"""Every query on mentorships."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Result, Row, text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.mentorship.models import Mentorship
from services.training.mentorship.schemas import Sight
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text

_SHOWN = """
SELECT m.*, coalesce(mentor.display_name, '') AS mentor_name, coalesce(mentee.display_name, '') AS mentee_name,
       ARRAY (SELECT DISTINCT d.unit_id FROM duty d WHERE d.tenant_id = :tenant AND d.person_id = m.mentee_id
              AND NOT d.ended AND (d.starts_on IS NULL OR d.starts_on <= :today)
              AND (d.ends_on IS NULL OR d.ends_on >= :today)) AS units
FROM mentorship m
LEFT JOIN person mentor ON mentor.tenant_id = :tenant AND mentor.id = m.mentor_id
LEFT JOIN person mentee ON mentee.tenant_id = :tenant AND mentee.id = m.mentee_id
WHERE m.tenant_id = :tenant
"""
_SEEN = """
SELECT * FROM ({shown}) one
WHERE (CAST(:units AS uuid[]) IS NULL OR units && CAST(:units AS uuid[]) OR :own IN (mentor_id, mentee_id))
"""
_ONE = text(_SEEN.format(shown=_SHOWN) + " AND id = :id")
_LIST = text(
    _SEEN.format(shown=_SHOWN)
    + """ AND (CAST(:course AS uuid) IS NULL OR course_id = :course) AND (NOT :active OR ends_on IS NULL)
          AND (CAST(:after AS uuid) IS NULL OR id > :after) ORDER BY id LIMIT :limit"""
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:person AS uuid)::text, 29))")


class MentorshipRepository:
    """Mentorships of the session's tenant."""

    def __init__(self, session: AsyncSession, sight: Sight) -> None:
        self._session = session
        self._sight = sight

    async def shown(self, mentorship_id: UUID) -> Row[Any]:
        """One with names; NotFound for one that the caller does not see."""
        found = (await self._run(_ONE, id=mentorship_id)).one_or_none()
        if found is None:
            raise NotFound(Text(sv="Mentorskapet finns inte", en="No such mentorship", da="Mentorskabet findes ikke"))
        return found

    async def list(
        self, course_id: UUID | None, is_active: bool, limit: int, after: tuple[UUID] | None
    ) -> Sequence[Row[Any]]:
        """Those that the caller sees, oldest first."""
        at = after[0] if after else None
        return (await self._run(_LIST, course=course_id, active=is_active, limit=limit, after=at)).all()

    async def locked(self, mentorship_id: UUID) -> Mentorship:
        """The row itself, locked; one that `shown` has found."""
        query = select(Mentorship).where(
            Mentorship.tenant_id == tenant_of(self._session), Mentorship.id == mentorship_id
        )
        return (await self._session.exec(query.with_for_update())).one()

    async def active_of(self, course_id: UUID, mentee_id: UUID) -> Mentorship | None:
        """The mentorship that a person has in a course now."""
        query = select(Mentorship).where(
            Mentorship.tenant_id == tenant_of(self._session),
            Mentorship.course_id == course_id,
            Mentorship.mentee_id == mentee_id,
            col(Mentorship.ends_on).is_(None),
        )
        return (await self._session.exec(query)).one_or_none()

    async def lock_mentor(self, mentor_id: UUID) -> int:
        """How many somebody accompanies now; nobody can give them another meanwhile."""
        await self._session.execute(_LOCK, {"person": mentor_id})
        query = select(func.count()).where(
            Mentorship.tenant_id == tenant_of(self._session),
            Mentorship.mentor_id == mentor_id,
            col(Mentorship.ends_on).is_(None),
        )
        return (await self._session.exec(query)).one()

    def add(self, row: Mentorship) -> None:
        self._session.add(row)

    async def _run(self, statement: Executable, **values: Any) -> Result[Any]:
        await self._session.flush()
        units = None if self._sight.units is None else list(self._sight.units)
        common = {"tenant": tenant_of(self._session), "today": clock.today(), "units": units, "own": self._sight.own}
        return await self._session.execute(statement, common | values)
