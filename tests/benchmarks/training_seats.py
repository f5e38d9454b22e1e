"""`training.hot_session` and `_batched`: one session that everybody wants, against plain inserts of the same rows.

Each attempt is a transaction of its own: the seat, its journal entry and its event. The limit writes the same three
rows, one after the other as any service does, and asks nobody whether a seat is free. Batched, one lock and one commit
serve many.
Afterwards the tables are counted: no seat twice, none lost, none free while somebody waits.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision
from services.training import models  # noqa: F401 - every table is known before the first query
from services.training.course.models import Course
from services.training.meeting.models import SessionDate
from services.training.session.models import Session
from services.training.session.seats import Asked, Seats
from shared.contracts.training import EnrolmentChanged
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish
from tests.benchmarks.measure import Figure, against
from tests.support.databases import migrate

NAMES = ("training.hot_session", "training.hot_session_batched")
ROUNDS = 9
CONNECTIONS = 16
CAPACITY = 1600
ATTEMPTS = 2000
BATCH = 64

_PLAIN = text(
    "INSERT INTO enrolment (tenant_id, id, version, created_at, updated_at, session_id, person_id, state, seat, origin)"
    " VALUES (:tenant, :id, 1, :now, :now, :session, :person, 'confirmed', :seat, 'enrolled')"
)
_COUNT = text(
    "SELECT s.capacity, count(e.seat) AS taken, count(DISTINCT e.seat) AS seats,"
    " count(*) FILTER (WHERE e.state = 'waiting') AS waiting,"
    " (SELECT count(*) FROM free_seat f WHERE f.tenant_id = s.tenant_id AND f.session_id = s.id) AS free"
    " FROM session s LEFT JOIN enrolment e ON e.tenant_id = s.tenant_id AND e.session_id = s.id"
    " WHERE s.tenant_id = :tenant AND s.id = :session GROUP BY s.tenant_id, s.id"
)


@dataclass(frozen=True)
class SeatBench:
    """A database with commits that reach the disk, and one tenant in it."""

    database: Database
    tenant: UUID
    owner_url: str

    async def analyze(self) -> None:
        """What autovacuum would have done after a while: tell the planner how large the tables are."""
        owner = await asyncpg.connect(self.owner_url)
        await owner.execute("ANALYZE")
        await owner.close()

    async def plan(self, capacity: int) -> UUID:
        """A session in a week with this many free seats."""
        async with self.database.transaction(self.tenant) as db:
            course = Course(
                tenant_id=self.tenant, key=f"c-{new_id()}", title={}, mode="web", audience=[], min_size=1, max_size=9
            )
            db.add(course)
            await db.flush()
            starts = clock.now() + timedelta(days=7)
            ends = starts + timedelta(hours=2)
            planned = Session(
                tenant_id=self.tenant, course_id=course.id, zone="UTC", place="x", capacity=capacity,
                starts_at=starts, ends_at=ends,
            )  # fmt: skip
            db.add(planned)
            await db.flush()
            db.add(SessionDate(tenant_id=self.tenant, session_id=planned.id, starts_at=starts, ends_at=ends))
            await Seats(db, planned.id).open(capacity)
        return planned.id

    async def rate(
        self, number: int, work: Callable[[int, AsyncSession], Awaitable[object]], *, each: int = 1
    ) -> float:
        """Attempts a second: `number` transactions of `each` attempts, CONNECTIONS at once."""
        left = iter(range(number))

        async def one() -> None:
            for index in left:
                async with self.database.transaction(self.tenant) as db:
                    await work(index, db)

        begin = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
        return number * each / (time.perf_counter() - begin)

    async def check(self, session_id: UUID) -> None:
        """RuntimeError unless the seats are right."""
        async with self.database.transaction(self.tenant) as db:
            found = (await db.execute(_COUNT, {"tenant": self.tenant, "session": session_id})).one()
        is_right = found.taken == found.seats and found.taken + found.free == found.capacity
        if not is_right or (found.free and found.waiting):
            raise RuntimeError(f"the seats are wrong: {found}")


async def run() -> list[Figure]:
    """Rounds in turns: plain inserts, one by one with seats, in batches with seats."""
    plain: list[float] = []
    single: list[float] = []
    batched: list[float] = []
    async with seat_bench() as bench:
        for number in range(ROUNDS + 1):
            one, two, three = [await bench.plan(CAPACITY) for _ in range(3)]
            rates = (await _plain(bench, one), await _single(bench, two), await _batched(bench, three))
            for session_id in (two, three):
                await bench.check(session_id)
            if number:  # the first round warms caches, plans and pools
                for kept, rate in zip((plain, single, batched), rates, strict=True):
                    kept.append(rate)
    note = f"{ATTEMPTS} attempts for {CAPACITY} seats, {CONNECTIONS} at once, each with journal and event"
    return [
        against(NAMES[0], single, plain, unit="attempts/s", better="higher", note=f"aim >= 0.7; {note}"),
        against(
            NAMES[1], batched, plain, unit="attempts/s", better="higher", note=f"aim >= 5; {BATCH} a batch; {note}"
        ),
    ]


async def _plain(bench: SeatBench, session_id: UUID) -> float:
    async def insert(index: int, db: AsyncSession) -> None:
        enrolment = new_id()
        values = {"tenant": bench.tenant, "id": enrolment, "now": clock.now(), "session": session_id}
        await db.execute(_PLAIN, values | {"person": new_id(), "seat": index + 1})
        facts = {"session_id": str(session_id), "state": "confirmed"}
        await record(db, "enrolment.confirmed", "enrolment", enrolment, after=facts)
        await publish(db, EnrolmentChanged(enrolment_id=enrolment, session_id=session_id, state="confirmed"))

    return await bench.rate(ATTEMPTS, insert)


async def _single(bench: SeatBench, session_id: UUID) -> float:
    async def enrol(index: int, db: AsyncSession) -> None:
        await Seats(db, session_id).enrol([Asked(new_id())])

    return await bench.rate(ATTEMPTS, enrol)


async def _batched(bench: SeatBench, session_id: UUID) -> float:
    async def enrol(index: int, db: AsyncSession) -> None:
        await Seats(db, session_id).enrol([Asked(new_id()) for _ in range(BATCH)])

    return await bench.rate(ATTEMPTS // BATCH, enrol, each=BATCH)


@asynccontextmanager
async def seat_bench() -> AsyncIterator[SeatBench]:
    """A PostgreSQL of our own, gone with the block."""
    async with AsyncExitStack() as stack:
        server = PostgresServer.temporary()
        stack.callback(server.stop)
        urls = await provision(server.start(), "training", secret=os.urandom(16).hex())
        await asyncio.to_thread(migrate, "training", urls["owner"])
        database = Database(urls["app"], pool_size=CONNECTIONS)
        stack.push_async_callback(database.stop)
        yield SeatBench(database, new_id(), urls["owner"])
