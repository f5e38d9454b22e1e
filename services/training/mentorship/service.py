"""Arranging and ending mentorships."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.course.service import CourseService
from services.training.mentorship.errors import (
    HasMentor,
    MenteeTrained,
    MentorNotTrained,
    MentorshipOver,
    PersonElsewhere,
    TooManyMentees,
)
from services.training.mentorship.models import Mentorship
from services.training.mentorship.repository import MentorshipRepository
from services.training.mentorship.schemas import MentorshipCreate, Sight
from services.training.prerequisite.service import PrerequisiteService
from services.training.roster.service import RosterService
from shared.contracts.training_cascade import MentorshipChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.queue import publish
from shared.web.preconditions import check_version

MOST_MENTEES = 5
"""How many one mentor accompanies at a time: more is a class, not company."""

_NO_COURSE = Text(sv="Kursen finns inte", en="There is no such course", da="Kurset findes ikke")
_UNKNOWN = Text(sv="Personen finns inte i registret", en="Not in the roster", da="Ikke i registret")
_SELF = Text(sv="Ingen är sin egen mentor", en="Nobody mentors themselves", da="Ingen er sin egen mentor")


class MentorshipService:
    """One transaction's work; `sight` is whose mentorships the caller sees, and whose mentees they arrange for."""

    def __init__(self, session: AsyncSession, sight: Sight) -> None:
        self._session = session
        self._sight = sight
        self._mentorships = MentorshipRepository(session, sight)

    async def create(self, given: MentorshipCreate) -> Row[Any]:
        """Pair somebody who had the course with somebody who has not.

        Raises Invalid, PersonElsewhere, MentorNotTrained, MenteeTrained, HasMentor, TooManyMentees."""
        await self._check_people(given)
        had = await PrerequisiteService(self._session).having(given.course_id, [given.mentor_id, given.mentee_id])
        if given.mentor_id not in had:
            raise MentorNotTrained()
        if given.mentee_id in had:
            raise MenteeTrained()
        if await self._mentorships.lock_mentor(given.mentor_id) >= MOST_MENTEES:
            raise TooManyMentees()
        known = await self._mentorships.active_of(given.course_id, given.mentee_id)
        if known is not None:
            raise HasMentor(mentorshipId=str(known.id))
        values = given.model_dump() | {"starts_on": given.starts_on or clock.today()}
        row = Mentorship(tenant_id=tenant_of(self._session), **values)
        self._mentorships.add(row)
        await self._tell("mentorship.create", row)
        return await self._mentorships.shown(row.id)

    async def end(self, mentorship_id: UUID, version: int) -> Row[Any]:
        """It is over today, or on the day that it would have begun."""
        await self._mentorships.shown(mentorship_id)
        row = await self._mentorships.locked(mentorship_id)
        check_version(version, row.version)
        if row.ends_on is not None:
            raise MentorshipOver()
        row.ends_on = max(clock.today(), row.starts_on)
        row.touch()
        await self._tell("mentorship.end", row)
        return await self._mentorships.shown(row.id)

    async def get(self, mentorship_id: UUID) -> Row[Any]:
        """One with names, or NotFound."""
        return await self._mentorships.shown(mentorship_id)

    async def list(
        self, course_id: UUID | None, is_active: bool, limit: int, after: tuple[UUID] | None
    ) -> Sequence[Row[Any]]:
        """Those that the caller sees, oldest first."""
        return await self._mentorships.list(course_id, is_active, limit, after)

    async def _check_people(self, given: MentorshipCreate) -> None:
        """Whoever arranges at some units pairs people there alone: a refusal, or the name in the answer, would tell of
        somebody else's. Mentors of other schools are found by those who arrange for all."""
        roster, units = RosterService(self._session), self._sight.units
        both = {given.mentor_id, given.mentee_id}
        if units is not None and await roster.working_at([*both], units) != both:
            raise PersonElsewhere()
        people = await roster.people([given.mentor_id, given.mentee_id])
        wrong = [
            FieldError(pointer=pointer, detail=_UNKNOWN, code="unknown")
            for pointer, person in (("#/mentorId", given.mentor_id), ("#/menteeId", given.mentee_id))
            if person not in people
        ]
        if not await CourseService(self._session).known([given.course_id]):
            wrong.append(FieldError(pointer="#/courseId", detail=_NO_COURSE, code="unknown"))
        if given.mentor_id == given.mentee_id:
            wrong.append(FieldError(pointer="#/menteeId", detail=_SELF, code="same"))
        if wrong:
            raise Invalid(wrong[0].detail, errors=wrong)

    async def _tell(self, action: str, row: Mentorship) -> None:
        after = row.model_dump(mode="json", include={"course_id", "starts_on", "ends_on"})
        await record(self._session, action, "mentorship", row.id, after=after)
        event = MentorshipChanged(mentorship_id=row.id, course_id=row.course_id, is_active=row.ends_on is None)
        await publish(self._session, event)
