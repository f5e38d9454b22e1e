"""A rush opening, played by seed: crowds of processes at a few sessions, killed over and over, and what must hold."""

import asyncio
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import astuple, dataclass
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.kit.db import Database
from shared.kit.ids import new_id
from tests.support.databases import ROOT
from tests.training.rush.visitor import Visit
from tests.training.session.seat_facts import plan_sessions, seat_facts

SESSIONS, PEOPLE, CAPACITY, CROWDS = 4, 160, 24, 2
_TOLD = """
WITH told AS (
    SELECT subject, array_agg(coalesce(data ->> 'state', 'offered') ORDER BY seq) AS states FROM outbox
    WHERE tenant_id = $1 GROUP BY subject
),
written AS (
    SELECT entity_id, array_agg(after ->> 'state' ORDER BY after ->> 'state') AS states FROM journal_entry
    WHERE tenant_id = $1 AND entity = 'enrolment' GROUP BY entity_id
)
SELECT count(*) AS rows,
    count(*) FILTER (WHERE t.states[array_upper(t.states, 1)] IS DISTINCT FROM e.state) AS untold,
    count(*) FILTER (WHERE w.states IS DISTINCT FROM ARRAY (SELECT s FROM unnest(t.states) s ORDER BY s)) AS unwritten
FROM enrolment e LEFT JOIN told t ON t.subject = e.id LEFT JOIN written w ON w.entity_id = e.id
WHERE e.tenant_id = $1
"""
_OFFERS = (
    "UPDATE session SET promotion = 'offered' WHERE tenant_id = :tenant AND id = ANY (:sessions)",
    "INSERT INTO person SELECT :tenant, p, 'Test', false, false, 0 FROM unnest(CAST(:people AS uuid[])) p",
)


@dataclass(frozen=True)
class Hall:
    """A database of training's own, one tenant in it, and how to kill some of its backends."""

    database: Database
    url: str
    owner_url: str
    tenant: UUID
    kill_backends: Callable[[random.Random], Awaitable[int]]

    async def settled(self) -> None:
        """Wait until the server, whose backends may just have been killed, takes statements again."""
        for _ in range(300):
            try:
                async with self.database.transaction(self.tenant):
                    return
            except (DBAPIError, OSError):
                await asyncio.sleep(0.1)
        raise TimeoutError("the database did not come back")


@dataclass
class Tally:
    """What was played. `made` enrolments were answered for; who was killed may have made more."""

    attempts: int = 0
    made: int = 0
    processes_killed: int = 0
    backends_killed: int = 0
    waiting: int = 0
    handed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


class Opening:
    """One opening: its crowds come, are killed, and come again until all of the attempts are made. `batched`: through
    the micro-batcher, and with offers, moves and swaps."""

    def __init__(self, hall: Hall, seed: int, attempts: int, kills: int, *, batched: bool = False) -> None:
        self._hall = hall
        self._batched = batched
        self._dice = random.Random(seed)
        self._attempts = attempts
        self._deaths = sorted(self._dice.randrange(attempts) for _ in range(kills))
        self._running: dict[int, asyncio.subprocess.Process] = {}
        self.tally = Tally()

    async def play(self) -> Tally:
        """AssertionError where a seat was given twice, lost, or left free while somebody waited, or nobody was told."""
        sessions = await plan_sessions(self._hall, CAPACITY, count=SESSIONS)
        people = [new_id() for _ in range(PEOPLE)]
        if self._batched:
            await self._let_offer(sessions[::2], people)
        share = self._attempts // CROWDS
        async with asyncio.TaskGroup() as crowds:
            for number in range(CROWDS):
                crowds.create_task(self._crowd(number, sessions, people, share))
        await self._hall.settled()
        for session_id in sessions:
            self.tally.waiting += (await seat_facts(self._hall, session_id)).waiting
        await self._check_told()
        return self.tally

    async def _let_offer(self, sessions: list[UUID], people: list[UUID]) -> None:
        """Free seats of these sessions are offered to who waits; and people who change seats stand in the roster."""
        async with self._hall.database.transaction(self._hall.tenant) as db:
            values = {"tenant": self._hall.tenant, "sessions": sessions, "people": people}
            for statement in _OFFERS:
                await db.execute(text(statement), values)

    async def _crowd(self, number: int, sessions: list[UUID], people: list[UUID], share: int) -> None:
        """Processes one after the other, the next one for what the killed one had not finished."""
        left = share
        while left > 0:
            visit = Visit(
                url=self._hall.url,
                tenant=self._hall.tenant,
                sessions=sessions,
                people=people,
                capacity=CAPACITY,
                seed=self._dice.getrandbits(32),
                attempts=left,
                batched=self._batched,
            )
            done, code = await self._visit(number, visit)
            left -= done
            assert code in (0, -signal.SIGKILL), f"a crowd ended with {code}"

    async def _visit(self, number: int, visit: Visit) -> tuple[int, int]:
        """How many attempts were answered, and how the process ended."""
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-W", "ignore::DeprecationWarning", "-m", "tests.training.rush.visitor")
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=ROOT)
        self._running[number] = process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(visit.model_dump_json().encode() + b"\n")
        await process.stdin.drain()
        try:
            done = await self._answers(process.stdout)
        except BaseException:
            process.kill()
            raise
        finally:
            del self._running[number]
            await process.wait()
        assert process.returncode is not None
        return done, process.returncode

    async def _answers(self, lines: asyncio.StreamReader) -> int:
        done = 0
        while line := await lines.readline():
            if not line.endswith(b"\n"):
                break  # killed while it wrote
            size, made, handed = map(int, line.split())
            done += size
            self.tally.attempts += size
            self.tally.made += made
            self.tally.handed += handed
            await self._perhaps_kill()
        return done

    async def _perhaps_kill(self) -> None:
        while self._deaths and self.tally.attempts > self._deaths[0]:
            self._deaths.pop(0)
            if len(self._deaths) % 2:
                self._dice.choice(list(self._running.values())).send_signal(signal.SIGKILL)
                self.tally.processes_killed += 1
            else:
                self.tally.backends_killed += await self._hall.kill_backends(self._dice)

    async def _check_told(self) -> None:
        """Every change of every enrolment stands in the journal and in the outbox, once."""
        owner = await asyncpg.connect(self._hall.owner_url)  # the service may write to the outbox, not read it
        found = await owner.fetchrow(_TOLD, self._hall.tenant)
        await owner.close()
        assert (found["untold"], found["unwritten"]) == (0, 0), "a change was not told or not written down"
        assert found["rows"] >= self.tally.made, "an enrolment that was answered for is lost"
