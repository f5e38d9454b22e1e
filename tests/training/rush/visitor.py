"""Everybody at the door at once, in a process to be killed: `python -m tests.training.rush.visitor`.

Reads one line of JSON (`Visit`) and writes a line for each request that was answered: how many attempts it stood for,
how many of them were seated or queued anew, and how many seats changed hands. With `batched` each comes alone, and the
micro-batcher of this process gathers them; they also take offers, move and swap. A request whose answer did not come is
sent again under its own id, as a client does that holds an Idempotency-Key.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training import models  # noqa: F401 - every table is known before the first query
from services.training.enrolment.rush import Rush
from services.training.session.seats import Asked, Seats
from shared.kit.db import Database
from shared.kit.ids import new_id
from shared.kit.problems import Problem
from tests.training.rush import exchanges

AT_ONCE = 6
KINDS = ("one",) * 10 + ("again",) * 3 + ("cancel",) * 6 + ("batch",) * 6 + ("resize",)
BATCHED_KINDS = ("one",) * 8 + ("again",) * 3 + ("cancel",) * 2 + exchanges.KINDS * 2 + ("resize",)
PATIENCE = 300
_ACTIVE = text(
    "SELECT id FROM enrolment WHERE tenant_id = :tenant AND session_id = :session AND person_id = ANY (:people)"
    " AND state IN ('confirmed', 'offered', 'waiting')"
)


class Visit(BaseModel):
    """Whose database, which sessions and people, and how many attempts."""

    url: str
    tenant: UUID
    sessions: list[UUID]
    people: list[UUID]
    capacity: int
    seed: int
    attempts: int
    batched: bool


class Crowd:
    """The attempts of one process."""

    def __init__(self, visit: Visit, database: Database) -> None:
        self._visit = visit
        self._database = database
        self._rush = Rush(database)
        self._dice = random.Random(visit.seed)
        self._exchanges = exchanges.Exchanges(self._dice)
        self._left = visit.attempts
        self._last: tuple[UUID, list[Asked]] | None = None

    async def come(self) -> None:
        """Requests, one after the other, until none of the attempts is left."""
        while self._left > 0:
            session_id = self._dice.choice(self._visit.sessions)
            kind = self._dice.choice(BATCHED_KINDS if self._visit.batched else KINDS)
            size = min(self._left, self._dice.randrange(2, 65)) if kind == "batch" else 1
            self._left -= size
            made, handed = await self._request(session_id, kind, size), 0
            if kind in exchanges.KINDS:
                made, handed = 0, made
            sys.stdout.write(f"{size} {made} {handed}\n")
            sys.stdout.flush()

    async def _request(self, session_id: UUID, kind: str, size: int) -> int:
        """How many were seated or queued by it, or whose seats changed hands."""
        if kind in exchanges.KINDS:
            there = self._dice.choice([one for one in self._visit.sessions if one != session_id])
            return await self._until_answered(self._exchanges.of(kind, session_id, there))
        if kind == "cancel":
            leaving = self._dice.sample(self._visit.people, self._dice.randrange(1, 13))
            return await self._until_answered(self._cancel(session_id, leaving))
        if kind == "resize":
            wanted = max(1, self._visit.capacity + self._dice.randrange(-3, 4))
            return await self._until_answered(self._resize(session_id, wanted))
        if kind == "again" and self._last is not None:
            session_id, asked = self._last  # a double click, or the second device
        else:
            asked = [Asked(self._dice.choice(self._visit.people), new_id()) for _ in range(size)]
            self._last = (session_id, asked)
        if self._visit.batched:
            return await self._patiently(lambda: self._gathered(session_id, asked))
        return await self._until_answered(self._enrol(session_id, asked))

    async def _gathered(self, session_id: UUID, asked: list[Asked]) -> int:
        anew = [Asked(one.person_id, one.request_id) for one in asked]
        told = await asyncio.gather(*(self._rush.enrol(self._visit.tenant, session_id, one) for one in anew))
        return sum(one.verdict == "enrolled" for one in told)

    def _enrol(self, session_id: UUID, asked: list[Asked]) -> Callable[[AsyncSession], Awaitable[int]]:
        async def enrol(db: AsyncSession) -> int:
            anew = [Asked(one.person_id, one.request_id) for one in asked]  # each try makes ids of its own
            return sum(one.verdict == "enrolled" for one in await Seats(db, session_id).enrol(anew))

        return enrol

    def _cancel(self, session_id: UUID, people: list[UUID]) -> Callable[[AsyncSession], Awaitable[int]]:
        async def cancel(db: AsyncSession) -> int:
            values = {"tenant": self._visit.tenant, "session": session_id, "people": people}
            await Seats(db, session_id).release((await db.execute(_ACTIVE, values)).scalars())
            return 0

        return cancel

    def _resize(self, session_id: UUID, capacity: int) -> Callable[[AsyncSession], Awaitable[int]]:
        async def resize(db: AsyncSession) -> int:
            async with db.begin_nested() as savepoint:
                if not await Seats(db, session_id).resize(capacity):
                    await savepoint.rollback()
            return 0

        return resize

    async def _until_answered(self, work: Callable[[AsyncSession], Awaitable[int]]) -> int:
        """What `work` says, in a transaction of its own; 0 where it refuses."""

        async def once() -> int:
            try:
                async with self._database.transaction(self._visit.tenant) as db:
                    return await work(db)
            except Problem:
                return 0

        return await self._patiently(once)

    async def _patiently(self, once: Callable[[], Awaitable[int]]) -> int:
        """What `once` says; again where the connection died under it."""
        for _ in range(PATIENCE):
            try:
                return await once()
            except (DBAPIError, OSError) as error:
                if isinstance(error, DBAPIError) and not _is_away(error):
                    raise
                await asyncio.sleep(0.1)
        raise TimeoutError("the database did not come back")


def _is_away(error: DBAPIError) -> bool:
    """Whether the connection died or the server is restarting; whatever else it says is a fault."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or not state or state.startswith(("08", "57P"))


async def main() -> None:
    """Come as often as the visit says."""
    visit = Visit.model_validate_json(sys.stdin.readline())
    database = Database(visit.url, pool_size=AT_ONCE)
    crowd = Crowd(visit, database)
    await asyncio.gather(*(crowd.come() for _ in range(AT_ONCE * 3 if visit.batched else AT_ONCE)))
    await database.stop()


if __name__ == "__main__":
    asyncio.run(main())
