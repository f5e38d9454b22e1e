"""Every query on curricula."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, delete, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.curriculum.models import Curriculum, CurriculumModule
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text


class CurriculumRepository:
    """Curricula of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, curriculum_id: UUID, *, lock: bool = False) -> Curriculum:
        """The curriculum, or NotFound."""
        query = select(Curriculum).where(
            Curriculum.tenant_id == tenant_of(self._session), Curriculum.id == curriculum_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise NotFound(Text(sv="Läroplanen finns inte", en="There is no such curriculum", da="Findes ikke"))
        return found

    async def find_key(self, key: str) -> Curriculum | None:
        """The curriculum with this key."""
        query = select(Curriculum).where(Curriculum.tenant_id == tenant_of(self._session), Curriculum.key == key)
        return (await self._session.exec(query)).one_or_none()

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Curriculum]:
        """Curricula, oldest first."""
        query = select(Curriculum).where(Curriculum.tenant_id == tenant_of(self._session))
        if after:
            query = query.where(tuple_(col(Curriculum.id)) > after)
        return (await self._session.exec(query.order_by(col(Curriculum.id)).limit(limit))).all()

    async def modules(self, ids: Sequence[UUID]) -> dict[UUID, Sequence[UUID]]:
        """The courses of each curriculum, in order."""
        query = select(CurriculumModule).where(
            CurriculumModule.tenant_id == tenant_of(self._session), col(CurriculumModule.curriculum_id).in_(ids)
        )
        found = defaultdict(list)
        for row in (await self._session.exec(query.order_by(col(CurriculumModule.position)))).all():
            found[row.curriculum_id].append(row.course_id)
        return dict(found)

    async def set_modules(self, curriculum_id: UUID, courses: Sequence[UUID]) -> None:
        """Replace the modules of a curriculum that is stored."""
        tenant = tenant_of(self._session)
        await self._session.exec(
            delete(CurriculumModule).where(
                col(CurriculumModule.tenant_id) == tenant, col(CurriculumModule.curriculum_id) == curriculum_id
            )
        )
        for position, course_id in enumerate(courses, start=1):
            self._session.add(
                CurriculumModule(tenant_id=tenant, curriculum_id=curriculum_id, course_id=course_id, position=position)
            )

    def add(self, curriculum: Curriculum) -> None:
        self._session.add(curriculum)
