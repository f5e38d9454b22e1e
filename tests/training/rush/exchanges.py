"""Seats that change hands in a rush: offers taken or let lapse, moves to another session of the course, swaps."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.exchange.service import ExchangeService
from services.training.session.seats import Seats
from services.training.session.service import SessionService
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.problems import Problem

KINDS = ("accept", "lapse", "move", "swap")
_IN_STATES = text(
    "SELECT id, version FROM enrolment WHERE tenant_id = :tenant AND session_id = :session"
    " AND state = ANY (:states) ORDER BY id"
)
_TIME_PASSES = text(
    "UPDATE enrolment SET offer_expires_at = :past WHERE tenant_id = :tenant AND session_id = :session"
    " AND state = 'offered'"
)


class Exchanges:
    """What each kind does to somebody drawn by lot; how many seats changed hands."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    def of(self, kind: str, here: UUID, there: UUID) -> Callable[[AsyncSession], Awaitable[int]]:
        """Work for a transaction; Problem where somebody was faster, and then nothing may stay."""

        async def work(db: AsyncSession) -> int:
            match kind:
                case "accept":
                    return await self._accept(db, here)
                case "lapse":
                    return await self._lapse(db, here)
                case "move":
                    return await self._move(db, here, there)
                case _:
                    return await self._swap(db, here, there)

        return work

    async def _accept(self, db: AsyncSession, here: UUID) -> int:
        enrolment, version = await self._somebody(db, here, "offered")
        await ExchangeService(db, None).accept(enrolment, version)
        return 1

    async def _lapse(self, db: AsyncSession, here: UUID) -> int:
        await SessionService(db).lock_for_seats(here)
        past = clock.now() - timedelta(seconds=1)
        await db.execute(_TIME_PASSES, {"tenant": tenant_of(db), "session": here, "past": past})
        return await Seats(db, here).lapse()

    async def _move(self, db: AsyncSession, here: UUID, there: UUID) -> int:
        enrolment, version = await self._somebody(db, here, "confirmed", "offered", "waiting")
        await ExchangeService(db, None).move(enrolment, version, there, waits=self._dice.random() < 0.5)
        return 1

    async def _swap(self, db: AsyncSession, here: UUID, there: UUID) -> int:
        mine, version = await self._somebody(db, here, "confirmed")
        theirs, _ = await self._somebody(db, there, "confirmed")
        await ExchangeService(db, None).swap(mine, version, theirs)
        return 2

    async def _somebody(self, db: AsyncSession, session_id: UUID, *states: str) -> tuple[UUID, int]:
        values = {"tenant": tenant_of(db), "session": session_id, "states": list(states)}
        found = (await db.execute(_IN_STATES, values)).all()
        if not found:
            raise NobodyThere()
        row = self._dice.choice(found)
        return row.id, row.version


class NobodyThere(Problem):
    """Nobody is in that state just now."""
