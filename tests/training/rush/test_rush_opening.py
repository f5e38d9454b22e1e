"""Rush openings with duplicates, cancels and kills: never oversold, never undersold, nobody waits for a free seat."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

import asyncpg
import pytest
from sqlalchemy import make_url

from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision
from shared.kit.db import Database
from shared.kit.ids import new_id
from tests.support.databases import Clone, migrate
from tests.training.rush.opening import Hall, Opening, Tally

ATTEMPTS = int(os.environ.get("RUSH_ATTEMPTS", "3000"))
BATCHED = max(1500, ATTEMPTS // 10)
EACH = 20_000
"""Attempts of one opening; a longer run plays many."""
KILLS = 4
_OURS = "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND usename = $2 ORDER BY pid"


Kill = Callable[[asyncpg.Connection, int], Awaitable[object]]


async def terminate(admin: asyncpg.Connection, pid: int) -> None:
    await admin.execute("SELECT pg_terminate_backend($1)", pid)


async def shoot(_: asyncpg.Connection, pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def some_backends(admin_url: str, app_url: str, kill: Kill) -> Callable[[random.Random], Awaitable[int]]:
    """Kills one or two of the service's connections; how many."""
    app = make_url(app_url)

    async def kill_some(dice: random.Random) -> int:
        try:
            admin = await asyncpg.connect(admin_url, timeout=10)
            found = [row["pid"] for row in await admin.fetch(_OURS, app.database, app.username)]
        except (OSError, asyncpg.PostgresError):
            return 0  # the server has not come back from the last one
        chosen = dice.sample(found, min(len(found), dice.choice((1, 2))))
        for pid in chosen:
            await kill(admin, pid)
        admin.terminate()
        return len(chosen)

    return kill_some


async def keep_commits(admin_url: str) -> None:
    """A commit that was answered for is in the log that the server recovers from; it need not survive a power cut."""
    admin = await asyncpg.connect(admin_url)
    await admin.execute("ALTER DATABASE startklar_training SET synchronous_commit = on")
    await admin.close()


@pytest.fixture
async def hall(admin_url: str, fresh_database: Clone) -> AsyncIterator[Hall]:
    """A sample plays on the tests' own server, whose backends are told to end. A long run has a server to itself, whose
    backends are killed (SIGKILL), after which it recovers by itself."""
    async with AsyncExitStack() as stack:
        if ATTEMPTS <= EACH:
            clone = await fresh_database("training")
            url, owner_url = clone.app, clone.owner
            kill: Kill = terminate
        else:
            server = PostgresServer.temporary()
            stack.callback(server.stop)
            admin_url = server.start()
            urls = await provision(admin_url, "training", secret=os.urandom(16).hex())
            await asyncio.to_thread(migrate, "training", urls["owner"])
            await keep_commits(admin_url)
            url, owner_url, kill = urls["app"], urls["owner"], shoot
        database = Database(url, pool_size=2)
        stack.push_async_callback(database.stop)
        yield Hall(database, url, owner_url, new_id(), some_backends(admin_url, url, kill))


@pytest.mark.slow
async def test_a_rush_with_duplicates_cancels_and_kills_gives_each_seat_once_and_leaves_none_free_for_who_waits(
    hall: Hall,
) -> None:
    played = Tally()
    for number in range(max(1, ATTEMPTS // EACH)):
        opening = Opening(replace(hall, tenant=new_id()), number, min(ATTEMPTS, EACH), KILLS)
        played = played + await opening.play()
        print(f"opening {number}: {played}")
    _was_played(played, ATTEMPTS)


@pytest.mark.slow
async def test_a_rush_through_the_batcher_with_offers_moves_and_swaps_leaves_no_seat_to_two_and_none_to_nobody(
    hall: Hall,
) -> None:
    played = Tally()
    for number in range(max(1, BATCHED // EACH)):
        opening = Opening(replace(hall, tenant=new_id()), number, min(BATCHED, EACH), KILLS, batched=True)
        played = played + await opening.play()
        print(f"batched opening {number}: {played}")
    _was_played(played, BATCHED)
    assert played.handed > 0, "no seat changed hands"


def _was_played(played: Tally, attempts: int) -> None:
    assert played.attempts >= attempts // 2
    assert played.waiting > 0, "there was no rush"
    assert played.processes_killed + played.backends_killed > 0
