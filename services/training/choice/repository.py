"""Every query on choices."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.choice.models import SessionChoice
from shared.kit.db import tenant_of


class SessionChoiceRepository:
    """Choices of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, choice_id: UUID) -> SessionChoice | None:
        """The choice with this id."""
        query = select(SessionChoice).where(
            SessionChoice.tenant_id == tenant_of(self._session), SessionChoice.id == choice_id
        )
        return (await self._session.exec(query)).one_or_none()

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[SessionChoice]:
        """Choices, oldest first."""
        query = select(SessionChoice).where(SessionChoice.tenant_id == tenant_of(self._session))
        if after:
            query = query.where(tuple_(col(SessionChoice.id)) > after)
        return (await self._session.exec(query.order_by(col(SessionChoice.id)).limit(limit))).all()

    def add(self, choice: SessionChoice) -> None:
        self._session.add(choice)
