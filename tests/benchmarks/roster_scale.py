"""`sync.*_1m`, `sync.plan_*`, `sync.apply_60k_s`: whole deliveries, from the upload to the plan or the applied version.

Limits in the same run, on the same data: L1 is COPY of all its files into unlogged tables, L2 is COPY of the rows that
come of it into the final tables with all their indexes and foreign keys, as the administrator.
"""

import asyncio
import hashlib
import io
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psutil

from services.sync.plan.entities import ENTITIES
from services.sync.run import tasks as runs
from services.sync.settings import Settings
from shared.auth.jws import SigningKey
from shared.kit.ids import new_id
from shared.queue.metrics import Metrics
from shared.queue.runner import JobRunner
from tests.benchmarks.measure import Better, Figure, to_aim
from tests.benchmarks.roster import SyncBench, copy_into, rows_of, sync_bench
from tests.benchmarks.roster_files import Register, package, register
from tests.sync import work

NAMES = (
    "sync.nochange_1m",
    "sync.initial_1m",
    "sync.delta_1pct_1m",
    "sync.plan_60k_s",
    "sync.apply_60k_s",
    "sync.plan_1500k_s",
)
PERSONS = 1_000_000
MANY = 1_500_000
MUNICIPALITY = 60_000
MEMBERSHIPS = 7
ROUNDS = 3
_MB = 1 << 20


@dataclass
class _Turn:
    """Seconds on the clock, WAL in bytes (`stored`: until the file was kept), most memory of the reading process."""

    begin: str = ""
    seconds: float = 0.0
    wal: int = 0
    stored: int = 0
    peak: int = 0


async def run() -> list[Figure]:
    """One bench for all figures: they share the million."""
    async with sync_bench() as bench:
        with TemporaryDirectory(prefix="startklar-bench-") as folder:
            key = Path(folder) / "sync.pem"
            key.write_bytes(SigningKey.generate().pem())
            signing = _with_key(bench, key)
            return [*await _municipality(signing), *await _million(signing), await _many(signing)]


async def _municipality(bench: SyncBench) -> list[Figure]:
    """60 000 persons with 420 000 memberships, each round for a new tenant; planned from the upload on."""
    content = package(register(MUNICIPALITY, MEMBERSHIPS).bodies())
    planned, applied, peak = [], [], 0
    for _ in range(ROUNDS):
        bench.service.tenant = new_id()
        async with _turn(bench) as turn:
            run = await _planned(bench, content)
        planned.append(turn.seconds)
        peak = max(peak, turn.peak)
        async with _turn(bench) as turn:
            await _apply(bench, run)
        applied.append(turn.seconds)
    note = f"{MUNICIPALITY} persons, {MUNICIPALITY * MEMBERSHIPS} memberships, reading process at most {peak // _MB} MB"
    return [
        to_aim("sync.plan_60k_s", planned, 5.0, unit="s", note=note),
        to_aim("sync.apply_60k_s", applied, 15.0, unit="s", note=note),
    ]


async def _million(bench: SyncBench) -> list[Figure]:
    facts = register(PERSONS)
    bodies = facts.bodies()
    content = package(bodies)
    bench.service.tenant = new_id()
    async with _turn(bench) as first:
        await _apply(bench, await _planned(bench, content))
    limit = min([await _unlogged(bench, bodies) for _ in range(2)])
    about = f"{PERSONS} persons, {facts.rows} rows"
    figures = await _nochange(bench, facts, limit, about)
    async with _turn(bench) as delta:
        await _apply(bench, await _planned(bench, package(facts.changed(0.01).bodies())))
    final = facts.rows / await _final(bench, bench.service.tenant)
    memory = f"reading process at most {max(first.peak, delta.peak) // _MB} MB"
    rate = facts.rows / first.seconds
    return [
        *figures,
        _once("sync.initial_1m", rate, final, unit="rows/s", better="higher", note=f"{about}, {memory}; aim 0.5"),
        _once("sync.delta_1pct_1m", delta.seconds, limit, unit="s", better="lower", note=f"{about}; aim 2.0"),
    ]


async def _nochange(bench: SyncBench, facts: Register, limit: float, about: str) -> list[Figure]:
    rounds: list[_Turn] = []
    for number in range(ROUNDS):
        content = package(facts.touched(number).bodies())
        before = await _changed(bench)
        async with _turn(bench) as turn:
            run = await _planned(bench, content, turn)
        if await _changed(bench) != before or any(row["created"] + row["changed"] for row in run["counts"].values()):
            raise RuntimeError("a delivery of known facts changed something")
        rounds.append(turn)
    wal, stored = max(turn.wal for turn in rounds), max(turn.stored for turn in rounds)
    written = f"WAL {(wal - stored) / _MB:.2f} MB, and {stored / _MB:.0f} MB for the encrypted copy of the file"
    note = f"{about}, shuffled, other timestamps; 0 roster rows, {written}"
    return [replace(to_aim("sync.nochange_1m", [turn.seconds for turn in rounds], limit, unit="s"), note=note)]


async def _many(bench: SyncBench) -> Figure:
    content = package(register(MANY).bodies())
    bench.service.tenant = new_id()
    async with _turn(bench) as turn:
        await _planned(bench, content)
    note = f"{MANY} pupils with enrolments and memberships, reading process at most {turn.peak // _MB} MB"
    return _once("sync.plan_1500k_s", turn.seconds, 120.0, unit="s", better="lower", note=note)


def _once(name: str, value: float, limit: float, *, unit: str, better: Better, note: str) -> Figure:
    """A figure of one long round."""
    return Figure(name, value, unit, better, limit, value / limit, 0.0, f"{note}, one round")


@asynccontextmanager
async def _turn(bench: SyncBench) -> AsyncIterator[_Turn]:
    """Measure the block, after a checkpoint: none may fall due in the middle of one turn alone."""
    await bench.admin.execute("CHECKPOINT")
    turn = _Turn()
    watching = asyncio.create_task(_watch(turn))
    turn.begin = await bench.admin.fetchval("SELECT pg_current_wal_lsn()::text")
    begin = time.perf_counter()
    yield turn
    turn.seconds = time.perf_counter() - begin
    turn.wal = await _written(bench, turn)
    watching.cancel()


async def _written(bench: SyncBench, turn: _Turn) -> int:
    return int(await bench.admin.fetchval("SELECT pg_current_wal_lsn() - $1::text::pg_lsn", turn.begin))


async def _watch(turn: _Turn) -> None:
    """The most that the reading process ever holds in memory."""
    own = psutil.Process()
    while True:
        for child in own.children():
            try:
                if "services.sync.reading.child" in child.cmdline():
                    turn.peak = max(turn.peak, child.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        await asyncio.sleep(0.2)


async def _planned(bench: SyncBench, content: bytes, turn: _Turn | None = None) -> dict[str, Any]:
    """Upload, plan, sign: the run as the API shows it then."""
    service = bench.service
    upload = await work.upload(service, content, sha256=hashlib.sha256(content).hexdigest())
    if turn is not None:
        turn.stored = await _written(bench, turn)
    started = await service.client.post("/sync/v1/runs", json={"uploadId": upload}, headers=service.as_(work.LOADER))
    await _work(bench)
    run = await work.read(service, f"/sync/v1/runs/{started.json()['id']}")
    if run["state"] != "planned":
        raise RuntimeError(f"the run is {run['state']}")
    return run


async def _apply(bench: SyncBench, run: dict[str, Any]) -> None:
    """Give a plan every approval that it needs, and apply it."""
    while True:
        answer = await work.approve(bench.service, run)
        if answer.status_code != 202:
            raise RuntimeError(answer.text)
        if answer.json()["given"] >= answer.json()["needed"]:
            break
    await _work(bench)
    if (await work.read(bench.service, f"/sync/v1/runs/{run['id']}"))["state"] != "applied":
        raise RuntimeError("the plan was not applied")


async def _work(bench: SyncBench) -> None:
    """Plan and apply what waits, and nothing else that the service would do of itself."""
    service = bench.service
    assert isinstance(service.settings, Settings)
    runner = JobRunner(runs.handlers(service.settings), service.database, service.relay, Metrics())
    while await runner.step() or runner._running:
        if runner._running:
            await asyncio.wait(runner._running)


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


def _with_key(bench: SyncBench, key: Path) -> SyncBench:
    settings = bench.service.settings.model_copy(update={"client_key_file": key})
    return replace(bench, service=replace(bench.service, settings=settings))
