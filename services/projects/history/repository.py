"""The function through which former rows can be changed, and in no other way."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_REDACT = text("SELECT journal_redact(:person, :texts)")


class HistoryRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def redact(self, person_id: UUID, texts: Sequence[str]) -> int:
        """How many images were redacted (`shared.kit.history_sql.REDACT`)."""
        found: int = (await self._session.execute(_REDACT, {"person": person_id, "texts": list(texts)})).scalar_one()
        return found
