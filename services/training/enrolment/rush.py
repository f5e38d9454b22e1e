"""Rush openings: when many enrol in one session at once, one transaction seats all who have gathered meanwhile.

The first is served at once; who comes while a batch is on its way is in the next one, so nobody waits for a timer, and
order of arrival in this process is order in the queue. A batch commits by itself, on a connection of its own: a request
that dies afterwards finds its enrolment again by its Idempotency-Key (`Asked.request_id`).
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any
from uuid import UUID

from services.training.session.seats import Asked, Outcome, Seats
from shared.kit.db import Database

MOST = 64
"""People in one batch."""
HOT = 4
"""From so many requests at once for one session on, they are batched."""

Key = tuple[UUID, UUID]


class Rush:
    """Gathers enrolments of this process by session."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._present: Counter[Key] = Counter()
        self._gathered: dict[Key, deque[tuple[Asked, asyncio.Future[Outcome]]]] = {}
        self._serving: set[asyncio.Task[None]] = set()

    @contextmanager
    def present(self, tenant: UUID, session_id: UUID) -> Iterator[bool]:
        """Count a request in; whether so many are here that it should be batched."""
        key = (tenant, session_id)
        self._present[key] += 1
        try:
            yield self._present[key] >= HOT
        finally:
            self._present[key] -= 1
            if not self._present[key]:
                del self._present[key]

    async def enrol(self, tenant: UUID, session_id: UUID, asked: Asked) -> Outcome:
        """What `Seats.enrol` says of one person, committed. Errors: those of the batch."""
        key, future = (tenant, session_id), asyncio.get_running_loop().create_future()
        if key not in self._gathered:
            self._gathered[key] = deque()
            task = asyncio.create_task(self._serve(key))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        self._gathered[key].append((asked, future))
        outcome: Outcome = await future
        return outcome

    async def _serve(self, key: Key) -> None:
        gathered = self._gathered[key]
        await asyncio.sleep(0)  # whoever is on the way into the queue gets into the first batch
        while gathered:
            batch = [gathered.popleft() for _ in range(min(MOST, len(gathered)))]
            await self._seat(key, batch)
        del self._gathered[key]

    async def _seat(self, key: Key, batch: list[tuple[Asked, asyncio.Future[Outcome]]]) -> None:
        tenant, session_id = key
        try:
            async with self._database.transaction(tenant) as session:
                outcomes = await Seats(session, session_id).enrol([asked for asked, _ in batch])
        except Exception as error:  # each of the requests tells its caller
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if not future.done():  # a caller may have gone away meanwhile; the seat is theirs all the same
                future.set_result(outcome)


async def use_rush(runtime: Any, stack: AsyncExitStack) -> None:
    """Start-up step: a connection for batches, beside those that requests hold while they wait for one."""
    database = Database(runtime.settings.database_url.get_secret_value(), pool_size=1)

    async def nudge() -> None:
        if runtime.database.after_publish is not None:
            await runtime.database.after_publish()

    database.after_publish = nudge
    stack.push_async_callback(database.stop)
    runtime.resources[Rush] = Rush(database)
