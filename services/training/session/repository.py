"""Every query on sessions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.session.models import Session
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text


class SessionRepository:
    """Sessions of the database session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, session_id: UUID, *, lock: bool = False) -> Session:
        """The session, or NotFound. `lock` is what every change of seats takes first."""
        query = select(Session).where(Session.tenant_id == tenant_of(self._session), Session.id == session_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise NotFound(Text(sv="Tillfället finns inte", en="There is no such session", da="Sessionen findes ikke"))
        return found

    async def list(self, course_id: UUID | None, limit: int, after: tuple[datetime, UUID] | None) -> Sequence[Session]:
        """Sessions by start, then id."""
        query = select(Session).where(Session.tenant_id == tenant_of(self._session))
        if course_id is not None:
            query = query.where(Session.course_id == course_id)
        if after:
            query = query.where(tuple_(col(Session.starts_at), col(Session.id)) > after)
        ordered = query.order_by(col(Session.starts_at), col(Session.id)).limit(limit)
        return (await self._session.exec(ordered)).all()

    def add(self, session: Session) -> None:
        self._session.add(session)
