"""Feedback: given once by whoever was there, seen by five at a time, by nobody joined with a person.

Giving an answer writes one row, that of the session's box: no entry in the journal and no event, since both would tell
when somebody answered. What becomes visible, and that it did, is written down by a job that knows of no person.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.course.service import CourseService
from services.training.feedback.errors import AnswersHeld, FeedbackClosed, FeedbackGiven, NotThere
from services.training.feedback.models import FeedbackForm
from services.training.feedback.questions import QUESTIONS
from services.training.feedback.repository import FeedbackRepository
from services.training.feedback.schemas import FeedbackAnswer, FeedbackFormInput
from services.training.feedback.tally import STEP, Tally, add_up
from services.training.session.service import SessionService
from shared.contracts.training_day import FeedbackFormChanged, FeedbackGathered
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.queue import publish, start_job
from shared.web.preconditions import check_version

GATHER = "feedback.gather"
_OPEN_FOR = timedelta(days=60)
_SHUFFLE = random.SystemRandom()

_UNKNOWN = Text(sv="Frågan finns inte", en="There is no such question", da="Spørgsmålet findes ikke")
_TWICE = Text(sv="Frågan besvaras två gånger", en="The question is answered twice", da="Besvaret to gange")
_UNFIT = Text(
    sv="Svaret passar inte frågan: 1 till 5, ett alternativ eller ord",
    en="The answer does not fit the question: 1 to 5, an option, or words",
    da="Svaret passer ikke til spørgsmålet: 1 til 5, en mulighed eller ord",
)


@dataclass(frozen=True)
class Summary:
    """What may be seen: `answers` many, a multiple of five for each session."""

    session_id: UUID | None
    course_id: UUID
    answers: int
    tallies: Sequence[Tally]


class FeedbackService:
    """One transaction's work on feedback."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = FeedbackRepository(session)

    async def form(self) -> FeedbackForm:
        """The questions in force; version 0 when they are ours."""
        tenant = tenant_of(self._session)
        return await self._rows.form() or FeedbackForm(tenant_id=tenant, id=tenant, version=0, questions=QUESTIONS)

    async def set_form(self, given: FeedbackFormInput, version: int) -> FeedbackForm:
        """Set all questions. A question that keeps its key keeps its kind; AnswersHeld otherwise."""
        form = await self.form()
        check_version(version, form.version)
        kinds = {each["key"]: each["kind"] for each in form.questions}
        changed = [each.key for each in given.questions if kinds.get(each.key, each.kind) != each.kind]
        if changed:
            raise AnswersHeld(questions=changed)
        form.questions = [each.model_dump() for each in given.questions]
        if form.version == 0:
            form.version = 1
            self._rows.add(form)
        else:
            form.touch()
        after = {"questions": [each.key for each in given.questions]}
        await record(self._session, "feedback_form.set", "feedback_form", form.id, before=kinds, after=after)
        await publish(self._session, FeedbackFormChanged(feedback_form_id=form.id, version=form.version))
        return form

    async def give(self, session_id: UUID, person_id: UUID, answers: Sequence[FeedbackAnswer]) -> None:
        """Put answers into the box. Errors: NotThere, FeedbackGiven, FeedbackClosed; Invalid names the answer."""
        planned = await SessionService(self._session).get(session_id)
        enrolment_id = await self._rows.took_part(session_id, person_id)
        if enrolment_id is None:
            raise NotThere()
        if planned.ends_at + _OPEN_FOR < clock.now():
            raise FeedbackClosed()
        _check(answers, (await self.form()).questions)
        box = await self._rows.locked_box(session_id, planned.course_id)
        if enrolment_id in box.spent:
            raise FeedbackGiven()
        box.spent = sorted([*box.spent, enrolment_id])
        box.held = _shuffled([*box.held, {each.question: each.value for each in answers}])
        self._session.add(box)
        if len(box.held) >= STEP:
            await start_job(self._session, GATHER, {"sessionId": session_id})

    async def gather(self, session_id: UUID) -> int:
        """Let full fives be seen; how many answers can be. Doing it again does nothing."""
        planned = await SessionService(self._session).get(session_id)
        box = await self._rows.locked_box(session_id, planned.course_id)
        full = len(box.held) // STEP * STEP
        if full:
            box.shown = _shuffled([*box.shown, *box.held[:full]])
            box.held = box.held[full:]
            self._session.add(box)
            await record(self._session, "feedback.gather", "session", session_id, after={"answers": len(box.shown)})
            await publish(self._session, FeedbackGathered(session_id=session_id, answers=len(box.shown)))
        return len(box.shown)

    async def of_session(self, session_id: UUID) -> Summary:
        """What may be seen of one session; NotFound without it."""
        planned = await SessionService(self._session).get(session_id)
        return await self._summary(session_id, planned.course_id)

    async def of_course(self, course_id: UUID) -> Summary:
        """What may be seen of all sessions of a course; NotFound without it."""
        await CourseService(self._session).get(course_id)
        return await self._summary(None, course_id)

    async def _summary(self, session_id: UUID | None, course_id: UUID) -> Summary:
        boxes = await self._rows.boxes(session_id=session_id, course_id=course_id)
        answers = [answer for box in boxes for answer in box.shown]
        return Summary(session_id, course_id, len(answers), add_up(answers, (await self.form()).questions))


def _shuffled(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    _SHUFFLE.shuffle(answers)
    return answers


def _check(answers: Sequence[FeedbackAnswer], questions: Sequence[dict[str, Any]]) -> None:
    known, seen, wrong = {each["key"]: each for each in questions}, set(), []
    for number, each in enumerate(answers):
        question = known.get(each.question)
        if question is None or each.question in seen:
            text, code = (_UNKNOWN, "unknown") if question is None else (_TWICE, "repeated")
            wrong.append(FieldError(pointer=f"#/answers/{number}/question", detail=text, code=code))
        elif not _fits(each.value, question):
            wrong.append(FieldError(pointer=f"#/answers/{number}/value", detail=_UNFIT, code="unfit"))
        seen.add(each.question)
    if wrong:
        raise Invalid(errors=wrong)


def _fits(value: int | str, question: dict[str, Any]) -> bool:
    if question["kind"] == "scale":
        return isinstance(value, int)
    if question["kind"] == "choice":
        return value in {option["key"] for option in question["options"]}
    return isinstance(value, str)
