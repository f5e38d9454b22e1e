"""Sealing the journal of one tenant, telling its head, and forgetting a person in what rows once were."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.history.repository import HistoryRepository
from shared.contracts.projects_history import JournalHeadSealed
from shared.kit import clock, seals
from shared.kit.db import tenant_of
from shared.queue import publish

HEAD_TYPE = "startklar-journal-head+jwt"

Sign = Callable[[Mapping[str, Any], str], str]


class HistoryService:
    """The journal of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._images = HistoryRepository(session)

    async def tenants(self) -> Sequence[UUID]:
        """Every tenant that has a journal here."""
        return await self._images.tenants()

    async def seal(self) -> bool:
        """Add a link over what is complete and unsealed; False when there is nothing."""
        return await seals.seal(self._session) is not None

    async def send_head(self, sign: Sign) -> bool:
        """Tell the last link as an event, signed; False where nothing was sealed yet."""
        head = await seals.head(self._session)
        if head is None:
            return False
        claims = {
            "tenant": str(tenant_of(self._session)),
            "journal": "projects",
            "seal": head.number,
            "hash": head.hash.hex(),
            "iat": int(clock.now().timestamp()),
        }
        event = JournalHeadSealed(
            seal_id=head.id, number=head.number, hash=head.hash.hex(), signature=sign(claims, HEAD_TYPE)
        )
        await publish(self._session, event)
        return True

    async def forget(self, person_id: UUID, texts: Sequence[str]) -> int:
        """Take an account out of the former images of rows that no longer name it; how many images that were.

        `texts` ("activity.notes") are emptied in those images. The entries and their commitments stay, so the chain
        stays whole. Call it when the present rows have been changed: what still names the account is a record.
        """
        await self._session.flush()
        return await self._images.redact(person_id, texts)
