"""Every query on prerequisites and completions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.prerequisite.models import Completion, Prerequisite
from services.training.seat.states import HAD
from shared.kit import clock
from shared.kit.db import tenant_of

# Whether a person has a course: attended in a session that took place, or completed elsewhere.
_HAS = (
    """(
    EXISTS (SELECT FROM completion c WHERE c.tenant_id = :tenant AND c.person_id = {person} AND c.course_id = {course})
    OR EXISTS (SELECT FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
               WHERE e.tenant_id = :tenant AND e.person_id = {person} AND s.course_id = {course}
                 AND """
    + HAD
    + "))"
)

_MISSING = text(f"""
SELECT person, p.requires_id
FROM unnest(CAST(:people AS uuid[])) person
JOIN prerequisite p ON p.tenant_id = :tenant AND p.course_id = :course AND p.kind = 'hard'
WHERE NOT {_HAS.format(person="person", course="p.requires_id")} ORDER BY 1, 2
""")
_HAVING = text(f"""
SELECT person FROM unnest(CAST(:people AS uuid[])) person
WHERE {_HAS.format(person="person", course="CAST(:course AS uuid)")}
""")
_GAPS = text(f"""
SELECT n.person_id, coalesce(q.display_name, '') AS display_name, p.requires_id AS course_id, p.kind
FROM enrolment n JOIN session held ON held.tenant_id = n.tenant_id AND held.id = n.session_id
JOIN prerequisite p ON p.tenant_id = n.tenant_id AND p.course_id = held.course_id
LEFT JOIN person q ON q.tenant_id = n.tenant_id AND q.id = n.person_id
WHERE n.tenant_id = :tenant AND n.session_id = :session AND n.state IN ('confirmed', 'offered', 'waiting')
  AND (CAST(:after_person AS uuid) IS NULL OR (n.person_id, p.requires_id) > (:after_person, :after_course))
  AND NOT {_HAS.format(person="n.person_id", course="p.requires_id")}
ORDER BY n.person_id, p.requires_id LIMIT :limit
""")
_CLOSES_CIRCLE = text("""
WITH RECURSIVE below AS (
    SELECT CAST(:requires AS uuid) AS id
    UNION SELECT p.requires_id FROM prerequisite p JOIN below ON p.course_id = below.id WHERE p.tenant_id = :tenant
)
SELECT EXISTS (SELECT FROM below WHERE id = :course)
""")


class PrerequisiteRepository:
    """Prerequisites and completions of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_course(self, course_id: UUID, limit: int, after: tuple[UUID] | None) -> Sequence[Prerequisite]:
        """What a course builds on, oldest first."""
        query = select(Prerequisite).where(
            Prerequisite.tenant_id == tenant_of(self._session), Prerequisite.course_id == course_id
        )
        if after:
            query = query.where(tuple_(col(Prerequisite.id)) > after)
        return (await self._session.exec(query.order_by(col(Prerequisite.id)).limit(limit))).all()

    async def find(self, prerequisite_id: UUID) -> Prerequisite | None:
        """The prerequisite with this id."""
        query = select(Prerequisite).where(
            Prerequisite.tenant_id == tenant_of(self._session), Prerequisite.id == prerequisite_id
        )
        return (await self._session.exec(query)).one_or_none()

    async def find_pair(self, course_id: UUID, requires_id: UUID) -> Prerequisite | None:
        """What one course requires of the other."""
        query = select(Prerequisite).where(
            Prerequisite.tenant_id == tenant_of(self._session),
            Prerequisite.course_id == course_id,
            Prerequisite.requires_id == requires_id,
        )
        return (await self._session.exec(query)).one_or_none()

    async def closes_circle(self, course_id: UUID, requires_id: UUID) -> bool:
        """Whether `requires_id` builds on `course_id` already, directly or not."""
        values = {"tenant": tenant_of(self._session), "course": course_id, "requires": requires_id}
        return bool((await self._session.execute(_CLOSES_CIRCLE, values)).scalar_one())

    async def missing(self, course_id: UUID, people: Sequence[UUID]) -> Sequence[Row[Any]]:
        """(person, requires_id) of each hard prerequisite that one of `people` lacks."""
        values = {
            "tenant": tenant_of(self._session), "now": clock.now(), "course": course_id, "people": list(people),
        }  # fmt: skip
        return (await self._session.execute(_MISSING, values)).all()

    async def gaps(self, session_id: UUID, limit: int, after: tuple[UUID, UUID] | None) -> Sequence[Row[Any]]:
        """(person_id, display_name, course_id, kind) of who is in a session and lacks something."""
        after_person, after_course = after or (None, None)
        values = {
            "tenant": tenant_of(self._session),
            "now": clock.now(),
            "session": session_id,
            "after_person": after_person,
            "after_course": after_course,
            "limit": limit,
        }
        return (await self._session.execute(_GAPS, values)).all()

    async def completion(self, course_id: UUID, person_id: UUID) -> Completion | None:
        """The completion of a course by a person."""
        query = select(Completion).where(
            Completion.tenant_id == tenant_of(self._session),
            Completion.course_id == course_id,
            Completion.person_id == person_id,
        )
        return (await self._session.exec(query)).one_or_none()

    async def find_completion(self, completion_id: UUID) -> Completion | None:
        """The completion with this id."""
        query = select(Completion).where(
            Completion.tenant_id == tenant_of(self._session), Completion.id == completion_id
        )
        return (await self._session.exec(query)).one_or_none()

    async def having(self, course_id: UUID, people: Sequence[UUID]) -> frozenset[UUID]:
        """Those of `people` who have had the course."""
        values = {
            "tenant": tenant_of(self._session), "now": clock.now(), "course": course_id, "people": list(people),
        }  # fmt: skip
        return frozenset((await self._session.execute(_HAVING, values)).scalars())

    def add(self, row: Prerequisite | Completion) -> None:
        self._session.add(row)

    async def remove(self, row: Prerequisite | Completion) -> None:
        await self._session.delete(row)
