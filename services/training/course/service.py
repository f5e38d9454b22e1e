"""Courses: created, changed, archived; each change moves coverage."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.course.errors import CourseKeyTaken
from services.training.course.models import Course
from services.training.course.repository import CourseRepository
from services.training.course.schemas import CourseCreate, CourseUpdate
from services.training.coverage.service import CoverageService
from shared.contracts.training import CourseChanged, CourseCreated
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.queue import publish
from shared.web.preconditions import check_version


class CourseService:
    """One transaction's work on courses."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._courses = CourseRepository(session)

    async def create(self, given: CourseCreate) -> Course:
        """A new course; CourseKeyTaken when the key is in use."""
        if await self._courses.find_key(given.key):
            raise CourseKeyTaken(Text(sv="Välj en annan nyckel", en="Choose another key", da="Vælg en anden nøgle"))
        course = Course(tenant_id=tenant_of(self._session), **given.model_dump())
        self._courses.add(course)
        await record(self._session, "course.create", "course", course.id, after=_facts(course))
        await publish(self._session, CourseCreated(course_id=course.id, audience=tuple(course.audience)))
        await CoverageService(self._session).refresh()
        return course

    async def change(self, course_id: UUID, given: CourseUpdate, version: int) -> Course:
        """Apply the given fields to the version that the caller saw."""
        course = await self._courses.get(course_id, lock=True)
        check_version(version, course.version)
        before = _facts(course)
        for name, value in given.model_dump(exclude_unset=True).items():
            if value is not None:
                setattr(course, name, value)
        if course.min_size > course.max_size:
            text = Text(
                sv="minSize får inte vara större än maxSize",
                da="minSize må ikke være større end maxSize",
                en="minSize must not be larger than maxSize",
            )
            raise Invalid(text, errors=[FieldError(pointer="#/minSize", detail=text, code="order")])
        course.touch()
        await record(self._session, "course.change", "course", course.id, before=before, after=_facts(course))
        changed = CourseChanged(course_id=course.id, version=course.version, audience=tuple(course.audience))
        await publish(self._session, changed)
        await CoverageService(self._session).refresh()
        return course

    async def get(self, course_id: UUID, *, lock: bool = False) -> Course:
        """The course, or NotFound."""
        return await self._courses.get(course_id, lock=lock)

    async def known(self, ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of `ids` that are courses, archived ones too."""
        return await self._courses.known(ids)

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Course]:
        """Courses, oldest first."""
        return await self._courses.list(limit, after)


def _facts(course: Course) -> dict[str, object]:
    return course.model_dump(include={"key", "mode", "audience", "min_size", "max_size", "audience_only", "archived"})
