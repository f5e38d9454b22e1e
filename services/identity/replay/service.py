"""A provider's answer is good for one login, even where it would fit two."""

from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.proof.login import ReplayKey
from services.identity.replay.repository import ReplayRepository
from shared.kit import clock

# Answers are refused by their age a minute after they expire; more than any clock may be wrong by.
_KEPT_FOR = timedelta(hours=1)


class ReplayService:
    """The used answers of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._repository = ReplayRepository(session)

    async def use(self, key: ReplayKey) -> bool:
        """Use an answer up, in the transaction that makes the session; False when it was used before."""
        return await self._repository.use(key.digest, key.expires_at)

    async def prune(self) -> None:
        """Forget answers that nobody would accept any more."""
        await self._repository.forget(clock.now() - _KEPT_FOR)
