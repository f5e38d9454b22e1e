"""Tombstones: who is gone from the register stays for a while, so as to come back unchanged, and is then erased."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.person.erasing import forget_persons
from services.sync.plan.applying import lock_head
from services.sync.tombstone.models import GracePolicy
from services.sync.tombstone.repository import TombstoneRepository
from shared.kit import clock
from shared.kit.journal import record

AT_ONCE = 200
_DAYS = {"pupil_days", "staff_days", "guardian_days"}


class TombstoneService:
    """Tombstones of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tombstones = TombstoneRepository(session)

    async def policy(self, *, lock: bool = False) -> GracePolicy:
        return await self._tombstones.policy(lock=lock)

    async def change(self, policy: GracePolicy, changes: dict[str, Any]) -> GracePolicy:
        """Set the days; what is over by the new ones is erased the next night."""
        before = policy.model_dump(include=_DAYS)
        for name, value in changes.items():
            setattr(policy, name, value)
        policy.touch()
        self._tombstones.keep(policy)
        await record(
            self._session,
            "grace_policy.change",
            "grace_policy",
            policy.id,
            before=before,
            after=policy.model_dump(include=_DAYS),
        )
        return policy

    async def purge(self) -> int:
        """Erase the next persons whose time is over, at most `AT_ONCE`; returns how many."""
        await lock_head(self._session)
        over = await self._tombstones.over(await self.policy(), clock.now(), AT_ONCE)
        if over:
            await forget_persons(self._session, over, "grace_over")
        return len(over)
