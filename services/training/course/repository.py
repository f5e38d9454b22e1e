"""Every query on courses."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.course.models import Course
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text


class CourseRepository:
    """Courses of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, course_id: UUID, *, lock: bool = False) -> Course:
        """The course, or NotFound."""
        query = select(Course).where(Course.tenant_id == tenant_of(self._session), Course.id == course_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise NotFound(Text(sv="Kursen finns inte", en="There is no such course", da="Kurset findes ikke"))
        return found

    async def find_key(self, key: str) -> Course | None:
        """The course with this key."""
        query = select(Course).where(Course.tenant_id == tenant_of(self._session), Course.key == key)
        return (await self._session.exec(query)).one_or_none()

    async def known(self, ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of `ids` that exist."""
        query = select(Course.id).where(Course.tenant_id == tenant_of(self._session), col(Course.id).in_(ids))
        return frozenset((await self._session.exec(query)).all())

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Course]:
        """Courses, oldest first."""
        query = select(Course).where(Course.tenant_id == tenant_of(self._session))
        if after:
            query = query.where(tuple_(col(Course.id)) > after)
        return (await self._session.exec(query.order_by(col(Course.id)).limit(limit))).all()

    def add(self, course: Course) -> None:
        self._session.add(course)
