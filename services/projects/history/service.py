"""Forgetting a person in what rows once were."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.history.repository import HistoryRepository


class HistoryService:
    """The former rows of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._images = HistoryRepository(session)

    async def forget(self, person_id: UUID, texts: Sequence[str]) -> int:
        """Take an account out of the former images of rows that no longer name it; how many images that were.

        `texts` ("activity.notes") are emptied in those images. The entries and their commitments stay, so the chain
        stays whole. Call it when the present rows have been changed: what still names the account is a record.
        """
        await self._session.flush()
        return await self._images.redact(person_id, texts)
