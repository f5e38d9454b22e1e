"""After one service alone came back from a backup: its readers may have applied what it no longer knows.

A consumer refuses a feed that ends before the position it has applied, or that has another event there, and stands
still (`shared.queue.feed.check_continues`). Here a position past the end goes back to it: all before it was applied
from the same feed. Where the owner has gone on meanwhile, nobody knows where the two part, and the consumer reads the
feed from its beginning; its handlers may meet an event twice. What the lost events did in the consumer stays; how many
there were is told. Copies of the roster that are ahead of it are read again from the beginning, and give way to what
comes.
"""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from cli.backup.server import connect, databases

# Where a service keeps how far it has read the roster of each tenant.
_ROSTER_POSITIONS = {"roster_position": "version", "unit_feed": "roster_version"}


@dataclass(frozen=True)
class Mended:
    """A consumer's place in an owner's feed that was put right; at least `lost` events are known to it alone."""

    consumer: str
    owner: str
    was: int
    now: int
    lost: int


@dataclass(frozen=True)
class RosterMended:
    """Tenants whose copies in `consumer` were ahead of the roster, and rows of theirs that a newer line may replace."""

    consumer: str
    tenants: int
    rows: int


async def mend(admin_url: str) -> list[Mended | RosterMended]:
    """Look at each service's place in each other's feed and put right what cannot go on. No service may run.

    A position whose event the owner has is left alone, so that repeating it changes nothing.
    """
    connection = await connect(admin_url)
    try:
        found = await databases(connection)
    finally:
        await connection.close()
    open_ones = {service: await connect(admin_url, name) for service, name in found.items()}
    try:
        done: list[Mended | RosterMended] = []
        for consumer, inside in open_ones.items():
            for row in await inside.fetch("SELECT owner, position, event_id FROM feed_position ORDER BY owner"):
                if (owner := open_ones.get(row["owner"])) is not None:
                    done += await _feed(consumer, inside, row, owner)
        if "sync" in open_ones:
            heads = {r["tenant_id"]: r["version"] for r in await open_ones["sync"].fetch(_ROSTER_HEADS)}
            for consumer, inside in open_ones.items():
                if consumer != "sync":
                    done += await _roster(consumer, inside, heads)
        return done
    finally:
        for inside in open_ones.values():
            await inside.close()


async def _feed(
    consumer: str, inside: asyncpg.Connection, row: asyncpg.Record, owner: asyncpg.Connection
) -> list[Mended]:
    there = await owner.fetchval("SELECT id FROM event_log WHERE position = $1", row["position"])
    if row["position"] == 0 or (there is not None and there == row["event_id"]):
        return []
    head = await owner.fetchval("SELECT position FROM feed_head")
    common = head if head < row["position"] else 0
    last = await owner.fetchval("SELECT id FROM event_log WHERE position = $1", common)
    async with inside.transaction():
        await inside.execute(
            "UPDATE feed_position SET position = $2, event_id = $3, updated_at = now() WHERE owner = $1",
            row["owner"],
            common,
            last,
        )
        await inside.execute("DELETE FROM parked_event WHERE owner = $1 AND position > $2", row["owner"], common)
    return [Mended(consumer, row["owner"], row["position"], common, max(0, row["position"] - head))]


_ROSTER_HEADS = "SELECT tenant_id, version FROM roster_head"
_TABLES_WITH = """
SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = $1 ORDER BY table_name
"""


async def _roster(consumer: str, inside: asyncpg.Connection, heads: dict[UUID, int]) -> list[RosterMended]:
    rows, tenants = 0, set()
    copies = [row["table_name"] for row in await inside.fetch(_TABLES_WITH, "roster_version")]
    for table, column in _ROSTER_POSITIONS.items():
        if not await inside.fetchval("SELECT to_regclass($1) IS NOT NULL", table):
            continue
        for row in await inside.fetch(f"SELECT tenant_id, {column} AS version FROM {table}"):
            head = heads.get(row["tenant_id"], 0)
            if row["version"] <= head:
                continue
            tenants.add(row["tenant_id"])
            async with inside.transaction():
                await inside.execute(f"UPDATE {table} SET {column} = 0 WHERE tenant_id = $1", row["tenant_id"])
                for copy in copies:
                    statement = f'UPDATE "{copy}" SET roster_version = 0 WHERE tenant_id = $1 AND roster_version > $2'
                    rows += int((await inside.execute(statement, row["tenant_id"], head)).split()[-1])
    return [RosterMended(consumer, len(tenants), rows)] if tenants else []
