"""Every SELECT of taken decisions."""

from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.decision.models import TakenDecision


class DecisionRepository:
    """The decisions of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, decision: TakenDecision) -> None:
        self._session.add(decision)

    async def find(self, decision_id: UUID) -> TakenDecision | None:
        query = select(TakenDecision).where(TakenDecision.id == decision_id)
        return (await self._session.exec(query)).one_or_none()
