"""The ledger of erased persons."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.erasure.models import Erasure, Reason
from services.sync.erasure.repository import ErasureRepository


class ErasureService:
    """The erasures of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._erasures = ErasureRepository(session)

    async def log(self, ids: Sequence[UUID], reason: Reason, run_id: UUID) -> None:
        """Write down that these persons are erased, before what they were is gone."""
        await self._erasures.log(ids, reason, run_id)

    async def log_account(self, account_id: UUID, request_id: UUID) -> None:
        """Write down that an account is erased, by its own id: projects and webhooks know people by it alone."""
        await self._erasures.log_account(account_id, request_id)

    async def list_before(self, before: UUID | None, limit: int) -> Sequence[Erasure]:
        return await self._erasures.list_before(before, limit)
