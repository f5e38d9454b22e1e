"""Every query on feedback."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.feedback.models import FeedbackBox, FeedbackForm
from shared.kit.db import tenant_of

_OPEN = text(
    "INSERT INTO feedback_box (tenant_id, id, course_id, spent, held, shown)"
    " VALUES (:tenant, :session, :course, '{}', '[]', '[]') ON CONFLICT DO NOTHING"
)
_ENROLMENT = text(
    "SELECT id FROM enrolment WHERE tenant_id = :tenant AND session_id = :session AND person_id = :person"
    " AND state IN ('attended', 'partial')"
)


class FeedbackRepository:
    """Feedback of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def form(self) -> FeedbackForm | None:
        """The tenant's own questions."""
        return (
            await self._session.exec(select(FeedbackForm).where(FeedbackForm.tenant_id == self._tenant))
        ).one_or_none()

    async def took_part(self, session_id: UUID, person_id: UUID) -> UUID | None:
        """The enrolment of somebody who was there."""
        values = {"tenant": self._tenant, "session": session_id, "person": person_id}
        found: UUID | None = (await self._session.execute(_ENROLMENT, values)).scalar_one_or_none()
        return found

    async def locked_box(self, session_id: UUID, course_id: UUID) -> FeedbackBox:
        """The box of a session, made if there is none, and held until the transaction ends."""
        values = {"tenant": self._tenant, "session": session_id, "course": course_id}
        await self._session.execute(_OPEN, values)
        query = select(FeedbackBox).where(FeedbackBox.tenant_id == self._tenant, FeedbackBox.id == session_id)
        query = query.with_for_update().execution_options(populate_existing=True)
        return (await self._session.exec(query)).one()

    async def boxes(self, *, session_id: UUID | None = None, course_id: UUID | None = None) -> Sequence[FeedbackBox]:
        """The boxes of one session, or of all sessions of a course."""
        query = select(FeedbackBox).where(FeedbackBox.tenant_id == self._tenant)
        query = query if session_id is None else query.where(FeedbackBox.id == session_id)
        query = query if course_id is None else query.where(FeedbackBox.course_id == course_id)
        return (await self._session.exec(query)).all()

    def add(self, form: FeedbackForm) -> None:
        self._session.add(form)
