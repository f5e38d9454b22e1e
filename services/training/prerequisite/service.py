"""What people need before a course, and whom a course is for."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.course.service import CourseService
from services.training.coverage.service import CoverageService
from services.training.prerequisite.errors import (
    NotInAudience,
    PrerequisiteCycle,
    PrerequisiteKnown,
    PrerequisiteMissing,
)
from services.training.prerequisite.models import Completion, Prerequisite
from services.training.prerequisite.repository import PrerequisiteRepository
from services.training.prerequisite.schemas import CompletionCreate, PrerequisiteCreate
from services.training.roster.service import RosterService
from shared.contracts.training_booking import CourseCompleted
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import Entry, record, record_all
from shared.kit.problems import FieldError, Forbidden, Invalid, NotFound, Problem
from shared.kit.text import Text
from shared.queue import publish
from shared.queue.outbox import publish_all
from shared.web.preconditions import check_version

_NO_COURSE = Text(sv="Kursen finns inte", en="There is no such course", da="Kurset findes ikke")
_LATER = Text(sv="Datumet ligger i framtiden", en="The date is in the future", da="Datoen ligger i fremtiden")
_NONE = Text(sv="Förkunskapen finns inte", en="There is no such prerequisite", da="Forudsætningen findes ikke")
_OTHER_UNIT = Text(sv="Personen hör till en annan enhet", en="The person belongs to another unit", da="Anden enhed")


class PrerequisiteService:
    """One transaction's work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._prerequisites = PrerequisiteRepository(session)

    async def create(self, course_id: UUID, given: PrerequisiteCreate) -> Prerequisite:
        """Let a course build on another; never in a circle."""
        courses = CourseService(self._session)
        for one in sorted({course_id, given.requires_id}, key=str):
            if one == given.requires_id and not await courses.known([one]):
                raise Invalid(
                    _NO_COURSE, errors=[FieldError(pointer="#/requiresId", detail=_NO_COURSE, code="unknown")]
                )
            await courses.get(one, lock=True)
        if await self._prerequisites.closes_circle(course_id, given.requires_id):
            raise PrerequisiteCycle()
        known = await self._prerequisites.find_pair(course_id, given.requires_id)
        if known is not None:
            raise PrerequisiteKnown(prerequisiteId=str(known.id))
        row = Prerequisite(tenant_id=tenant_of(self._session), course_id=course_id, **given.model_dump())
        self._prerequisites.add(row)
        await record(self._session, "prerequisite.create", "prerequisite", row.id, after=_facts(row))
        return row

    async def remove(self, prerequisite_id: UUID, version: int) -> None:
        """Let a course no longer build on another; NotFound when it does not."""
        row = await self._prerequisites.find(prerequisite_id)
        if row is None:
            raise NotFound(_NONE)
        check_version(version, row.version)
        await record(self._session, "prerequisite.remove", "prerequisite", row.id, before=_facts(row))
        await self._prerequisites.remove(row)

    async def list(self, course_id: UUID, limit: int, after: tuple[UUID] | None) -> Sequence[Prerequisite]:
        """What a course builds on, oldest first; NotFound without the course."""
        await CourseService(self._session).get(course_id)
        return await self._prerequisites.of_course(course_id, limit, after)

    async def gaps(self, session_id: UUID, limit: int, after: tuple[UUID, UUID] | None) -> Sequence[Row[Any]]:
        """(person_id, display_name, course_id, kind) of who is in a session and lacks a prerequisite."""
        return await self._prerequisites.gaps(session_id, limit, after)

    async def complete(
        self, course_id: UUID, given: CompletionCreate, units: frozenset[UUID] | None
    ) -> tuple[Completion, bool]:
        """Write down that a person worked through a course, and whether that is new. Coverage follows."""
        await CourseService(self._session).get(course_id, lock=True)
        roster = RosterService(self._session)
        person = await roster.person(given.person_id)
        if units is not None and not await roster.works_at(person.id, units):
            raise Forbidden(_OTHER_UNIT)
        if given.completed_on > clock.today():
            raise Invalid(_LATER, errors=[FieldError(pointer="#/completedOn", detail=_LATER, code="future")])
        known = await self._prerequisites.completion(course_id, given.person_id)
        if known is not None:
            return known, False
        row = Completion(tenant_id=tenant_of(self._session), course_id=course_id, **given.model_dump())
        self._prerequisites.add(row)
        facts = {"course_id": str(course_id), "source": row.source}
        await record(self._session, "completion.record", "completion", row.id, after=facts)
        await publish(self._session, CourseCompleted(completion_id=row.id, course_id=course_id))
        await CoverageService(self._session).refresh()
        return row, True

    async def complete_each(self, course_id: UUID, people: Sequence[UUID], on: date, source: str) -> dict[UUID, UUID]:
        """The completions that were written down, by person; who has had the course already gets none."""
        await CourseService(self._session).get(course_id, lock=True)
        if on > clock.today():
            raise Invalid(_LATER, errors=[FieldError(pointer="#/taughtOn", detail=_LATER, code="future")])
        had = await self._prerequisites.having(course_id, people)
        rows = [
            Completion(
                tenant_id=tenant_of(self._session), course_id=course_id, person_id=one, completed_on=on, source=source
            )
            for one in people
            if one not in had
        ]
        facts = {"course_id": str(course_id), "source": source}
        for row in rows:
            self._prerequisites.add(row)
        await record_all(self._session, [Entry("completion.record", "completion", row.id, after=facts) for row in rows])
        await publish_all(self._session, [CourseCompleted(completion_id=row.id, course_id=course_id) for row in rows])
        await CoverageService(self._session).refresh()
        return {row.person_id: row.id for row in rows}

    async def withdraw(self, completion_id: UUID) -> None:
        """A completion was written down by mistake; coverage follows. One that is gone is left alone."""
        row = await self._prerequisites.find_completion(completion_id)
        if row is None:
            return
        before = {"course_id": str(row.course_id), "source": row.source}
        await record(self._session, "completion.withdraw", "completion", row.id, before=before)
        await self._prerequisites.remove(row)
        await CoverageService(self._session).refresh()

    async def having(self, course_id: UUID, people: Sequence[UUID]) -> frozenset[UUID]:
        """Those of `people` who have had the course, in a session or by themselves."""
        return await self._prerequisites.having(course_id, people)

    async def keeps_out(self, course_id: UUID, people: Sequence[UUID]) -> dict[UUID, Problem]:
        """Whom the course's audience or a hard prerequisite keeps out."""
        course = await CourseService(self._session).get(course_id)
        lacking: dict[UUID, Sequence[str]] = defaultdict(list)
        for row in await self._prerequisites.missing(course_id, people):
            lacking[row.person] = [*lacking[row.person], str(row.requires_id)]
        kept: dict[UUID, Problem] = {one: PrerequisiteMissing(courseIds=found) for one, found in lacking.items()}
        if course.audience_only:
            needing = await CoverageService(self._session).needing(course_id, people)
            kept |= {one: NotInAudience() for one in people if one not in needing}
        return kept


def _facts(row: Prerequisite) -> dict[str, object]:
    return row.model_dump(mode="json", include={"course_id", "requires_id", "kind"})
