"""The customer's decisions, which some changes in identity must rest on. projects takes them; here is a copy."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.decision.errors import DecisionNotTaken, DecisionReplaced
from services.identity.decision.models import TakenDecision
from services.identity.decision.repository import DecisionRepository
from shared.kit.db import tenant_of
from shared.kit.problems import FieldError
from shared.kit.text import Text

_NOT_TAKEN = Text(
    sv="Ta beslutet i projektet först (POST /projects/v1/decisions/{id}/outcomes) och försök igen om en stund.",
    en="Take the decision in the project first (POST /projects/v1/decisions/{id}/outcomes), then try again shortly.",
    da="Træf beslutningen i projektet først (POST /projects/v1/decisions/{id}/outcomes), og prøv igen om lidt.",
)
_SUPERSEDED = Text(
    sv="Beslut {successor} trädde i dess ställe. Ange det, om det säger detsamma.",
    en="Decision {successor} took its place. Name that one, if it says the same.",
    da="Beslutning {successor} trådte i dens sted. Angiv den, hvis den siger det samme.",
)


class DecisionService:
    """The taken decisions of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = DecisionRepository(session)

    async def get_taken(self, decision_id: UUID, pointer: str = "#/decisionId") -> TakenDecision:
        """The decision, taken and in force. Raises DecisionNotTaken, DecisionReplaced: both tell what to do."""
        decision = await self._repository.find(decision_id)
        if decision is None:
            raise DecisionNotTaken(
                _NOT_TAKEN, errors=[FieldError(pointer=pointer, detail=_NOT_TAKEN, code="decision-not-taken")]
            )
        if decision.successor_id is not None:
            told = _SUPERSEDED.format(successor=decision.successor_id)
            raise DecisionReplaced(told, errors=[FieldError(pointer=pointer, detail=told, code="decision-superseded")])
        return decision

    async def keep(self, decision_id: UUID, project_id: UUID, key: str, taken_at: datetime) -> None:
        """Remember that a decision was taken; being told twice changes nothing."""
        if await self._repository.find(decision_id) is None:
            self._repository.add(
                TakenDecision(
                    tenant_id=tenant_of(self._session),
                    id=decision_id,
                    project_id=project_id,
                    decision_key=key,
                    taken_at=taken_at,
                )
            )
            await self._session.flush()

    async def supersede(self, decision_id: UUID, successor_id: UUID) -> None:
        """A later decision took the place of this one. Nothing new may rest on it; `policy` ends what it loosened."""
        decision = await self._repository.find(decision_id)
        if decision is not None:
            decision.successor_id = successor_id
            await self._session.flush()
