"""`sync.*_1m`: a million persons, brought in, told again, and told with a hundredth of them changed.

Limits in the same run, on the same data: L1 is COPY of all its files into unlogged tables, L2 is COPY of the rows that
come of it into the final tables with all their indexes and foreign keys, as the administrator.
"""

import io
import time
from dataclasses import replace
from uuid import UUID

from services.sync.plan.entities import ENTITIES
from shared.kit.ids import new_id
from tests.benchmarks.measure import Figure, to_aim
from tests.benchmarks.roster import SyncBench, copy_into, rows_of
from tests.benchmarks.roster_files import Register, package, register
from tests.benchmarks.roster_turns import MB, Turn, apply, measured, new_tenant, once, planned, signing_bench

NAMES = ("sync.nochange_1m", "sync.initial_1m", "sync.delta_1pct_1m")
PERSONS = 1_000_000
ROUNDS = 3


async def run() -> list[Figure]:
    """One bench for all three: they share the million."""
    async with signing_bench() as bench:
        return await _million(bench, register(PERSONS))


async def _million(bench: SyncBench, facts: Register) -> list[Figure]:
    bodies = facts.bodies()
    content = package(bodies)
    await new_tenant(bench)
    async with measured(bench) as first:
        await apply(bench, await planned(bench, content))
    limit = min([await _unlogged(bench, bodies) for _ in range(2)])
    about = f"{PERSONS} persons, {facts.rows} rows"
    figures = await _nochange(bench, facts, limit, about)
    content = package(facts.changed(0.01).bodies())
    async with measured(bench) as delta:
        await apply(bench, await planned(bench, content))
    final = facts.rows / await _final(bench, bench.service.tenant)
    memory = f"reading process at most {max(first.peak, delta.peak) // MB} MB"
    initial = f"{about}, {memory}, CPU {first.cpu:.0f} s; aim 0.5"
    changed = f"{about}, CPU {delta.cpu:.1f} s; aim 2.0"
    return [
        *figures,
        once("sync.initial_1m", facts.rows / first.seconds, final, unit="rows/s", better="higher", note=initial),
        once("sync.delta_1pct_1m", delta.seconds, limit, unit="s", better="lower", note=changed),
    ]


async def _nochange(bench: SyncBench, facts: Register, limit: float, about: str) -> list[Figure]:
    rounds: list[Turn] = []
    for number in range(ROUNDS):
        content = package(facts.touched(number).bodies())
        before = await _changed(bench)
        async with measured(bench) as turn:
            run = await planned(bench, content, turn)
        if await _changed(bench) != before or any(row["created"] + row["changed"] for row in run["counts"].values()):
            raise RuntimeError("a delivery of known facts changed something")
        rounds.append(turn)
    wal, stored = max(turn.wal for turn in rounds), max(turn.stored for turn in rounds)
    written = f"WAL {(wal - stored) / MB:.2f} MB, and {stored / MB:.0f} MB for the encrypted copy of the file"
    note = f"{about}, shuffled, other timestamps; 0 roster rows, {written}, CPU {rounds[-1].cpu:.1f} s"
    return [replace(to_aim("sync.nochange_1m", [turn.seconds for turn in rounds], limit, unit="s"), note=note)]


async def _unlogged(bench: SyncBench, bodies: dict[str, bytes]) -> float:
    """L1, in seconds."""
    for name, body in bodies.items():
        columns = ", ".join(f'"{column}" text' for column in body[: body.index(b"\n")].decode().split(","))
        await bench.admin.execute(f'CREATE UNLOGGED TABLE "limit_{name}" ({columns})')
    begin = time.perf_counter()
    for name, body in bodies.items():
        await bench.admin.copy_to_table(f"limit_{name}", source=io.BytesIO(body), format="csv", header=True)
    seconds = time.perf_counter() - begin
    for name in bodies:
        await bench.admin.execute(f'DROP TABLE "limit_{name}"')
    return seconds


async def _final(bench: SyncBench, tenant: UUID) -> float:
    """L2, in seconds."""
    tables = await rows_of(bench.admin, tenant, new_id())
    await bench.admin.execute("CHECKPOINT")
    begin = time.perf_counter()
    await copy_into(bench.admin, tables)
    return time.perf_counter() - begin


async def _changed(bench: SyncBench) -> int:
    """The newest version in which any row of the tenant's roster has changed."""
    newest = ", ".join(f"(SELECT max(changed_version) FROM {entity.table} WHERE tenant_id = $1)" for entity in ENTITIES)
    return int(await bench.admin.fetchval(f"SELECT greatest({newest})", bench.service.tenant))
