"""Curricula: created, changed, archived; each change moves needs and coverage."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.course.service import CourseService
from services.training.coverage.service import CoverageService
from services.training.curriculum.errors import CurriculumKeyTaken
from services.training.curriculum.models import Curriculum
from services.training.curriculum.repository import CurriculumRepository
from services.training.curriculum.schemas import CurriculumCreate, CurriculumUpdate
from shared.contracts.training_booking import CurriculumChanged
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.queue import publish
from shared.web.preconditions import check_version

_NO_COURSE = Text(sv="Kursen finns inte", en="There is no such course", da="Kurset findes ikke")
Listed = tuple[Curriculum, Sequence[UUID]]


class CurriculumService:
    """One transaction's work on curricula; each comes with its modules in order."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._curricula = CurriculumRepository(session)

    async def create(self, given: CurriculumCreate) -> Listed:
        """A new curriculum; CurriculumKeyTaken when the key is in use."""
        known = await self._curricula.find_key(given.key)
        if known is not None:
            raise CurriculumKeyTaken(curriculumId=str(known.id))
        await self._check(given.course_ids)
        fields = given.model_dump(exclude={"course_ids"})
        curriculum = Curriculum(tenant_id=tenant_of(self._session), **fields)
        self._curricula.add(curriculum)
        await self._session.flush()
        await self._curricula.set_modules(curriculum.id, given.course_ids)
        await self._tell(curriculum, "curriculum.create", None, given.course_ids)
        return curriculum, given.course_ids

    async def change(self, curriculum_id: UUID, given: CurriculumUpdate, version: int) -> Listed:
        """Apply the given fields to the version that the caller saw."""
        curriculum = await self._curricula.get(curriculum_id, lock=True)
        check_version(version, curriculum.version)
        [(_, modules)] = await self._listed([curriculum])
        before = _facts(curriculum, modules)
        if given.course_ids is not None:
            await self._check(given.course_ids)
            await self._curricula.set_modules(curriculum.id, given.course_ids)
            modules = given.course_ids
        if given.title is not None:
            curriculum.title = given.title.model_dump()
        if given.archived is not None:
            curriculum.archived = given.archived
        curriculum.touch()
        await self._tell(curriculum, "curriculum.change", before, modules)
        return curriculum, modules

    async def get(self, curriculum_id: UUID) -> Listed:
        """The curriculum, or NotFound."""
        [found] = await self._listed([await self._curricula.get(curriculum_id)])
        return found

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Listed]:
        """Curricula, oldest first."""
        return await self._listed(await self._curricula.list(limit, after))

    async def _listed(self, curricula: Sequence[Curriculum]) -> Sequence[Listed]:
        modules = await self._curricula.modules([each.id for each in curricula])
        return [(each, modules.get(each.id, [])) for each in curricula]

    async def _check(self, courses: Sequence[UUID]) -> None:
        known = await CourseService(self._session).known(courses)
        wrong = [
            FieldError(pointer=f"#/courseIds/{index}", detail=_NO_COURSE, code="unknown")
            for index, course_id in enumerate(courses)
            if course_id not in known
        ]
        if wrong:
            raise Invalid(_NO_COURSE, errors=wrong)

    async def _tell(
        self, curriculum: Curriculum, action: str, before: dict[str, object] | None, modules: Sequence[UUID]
    ) -> None:
        after = _facts(curriculum, modules)
        await record(self._session, action, "curriculum", curriculum.id, before=before, after=after)
        await publish(self._session, CurriculumChanged(curriculum_id=curriculum.id, version=curriculum.version))
        await CoverageService(self._session).refresh()


def _facts(curriculum: Curriculum, modules: Sequence[UUID]) -> dict[str, object]:
    facts = curriculum.model_dump(include={"key", "role", "school_form", "archived"})
    return facts | {"courses": [str(each) for each in modules]}
