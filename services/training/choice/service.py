"""Choices: created and listed; what they exclude is decided with the seats."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.choice.models import SessionChoice
from services.training.choice.repository import SessionChoiceRepository
from services.training.choice.schemas import SessionChoiceCreate
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import NotFound
from shared.kit.text import Text


class SessionChoiceService:
    """One transaction's work on choices."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._choices = SessionChoiceRepository(session)

    async def create(self, given: SessionChoiceCreate) -> SessionChoice:
        """A choice without sessions."""
        choice = SessionChoice(tenant_id=tenant_of(self._session), title=given.title)
        self._choices.add(choice)
        await record(self._session, "choice.create", "session_choice", choice.id)
        return choice

    async def get(self, choice_id: UUID) -> SessionChoice:
        """The choice, or NotFound."""
        found = await self._choices.find(choice_id)
        if found is None:
            raise NotFound(Text(sv="Valet finns inte", en="There is no such choice", da="Valget findes ikke"))
        return found

    async def exists(self, choice_id: UUID) -> bool:
        """Whether there is such a choice."""
        return await self._choices.find(choice_id) is not None

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[SessionChoice]:
        """Choices, oldest first."""
        return await self._choices.list(limit, after)
