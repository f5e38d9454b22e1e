"""Feedback on sessions: the questions, the answers, and what may be seen of them."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from services.training.checkin.errors import NoPerson
from services.training.feedback.auth import AttendanceRead, AttendanceRule, FeedbackGive, FormRead
from services.training.feedback.schemas import FeedbackCreate, FeedbackFormInput, FeedbackFormPublic, FeedbackSummary
from services.training.feedback.service import FeedbackService
from shared.web import IfMatch, SessionDep, new_router
from shared.web.reply import ReplyDep
from shared.web.route import problem_responses

router = new_router("feedback")

SessionId = Annotated[UUID, Path(alias="sessionId")]
CourseId = Annotated[UUID, Path(alias="courseId")]


@router.get("/feedback-form")
async def feedback_form_get(caller: FormRead, session: SessionDep, reply: ReplyDep) -> FeedbackFormPublic:
    """The questions that are asked after a session."""
    form = await FeedbackService(session).form()
    reply.version(form.version)
    return FeedbackFormPublic.model_validate(form)


@router.put("/feedback-form")
async def feedback_form_put(
    caller: AttendanceRule, session: SessionDep, version: IfMatch, body: FeedbackFormInput, reply: ReplyDep
) -> FeedbackFormPublic:
    """Set all questions, in sv, en and da. Answers to questions that are taken away stay visible."""
    form = await FeedbackService(session).set_form(body, version)
    reply.version(form.version)
    return FeedbackFormPublic.model_validate(form)


@router.post("/sessions/{sessionId}/feedback", status_code=204, responses=problem_responses(403, 404, 409))
async def session_feedback_create(
    caller: FeedbackGive, session: SessionDep, session_id: SessionId, body: FeedbackCreate
) -> None:
    """Answer, once, as somebody who was there. That you answered is kept apart from what you answered: neither name,
    nor time, nor order leads from the one to the other."""
    if caller.person is None:
        raise NoPerson()
    await FeedbackService(session).give(session_id, caller.person, body.answers)


@router.get("/sessions/{sessionId}/feedback")
async def session_feedback_get(caller: AttendanceRead, session: SessionDep, session_id: SessionId) -> FeedbackSummary:
    """What people said of a session, from the fifth answer on and by five at a time, comments included."""
    return FeedbackSummary.model_validate(await FeedbackService(session).of_session(session_id))


@router.get("/courses/{courseId}/feedback")
async def course_feedback_get(caller: AttendanceRead, session: SessionDep, course_id: CourseId) -> FeedbackSummary:
    """What people said of all sessions of a course, as far as each session's answers may be seen."""
    return FeedbackSummary.model_validate(await FeedbackService(session).of_course(course_id))
