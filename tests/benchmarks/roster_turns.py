"""Whole deliveries, from the upload to the plan or the applied version, and what each turn costs."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from cli.demo_roster.people import DOMAIN
from services.sync.loginscope.service import LoginScopeService
from services.sync.run import tasks as runs
from services.sync.settings import Settings
from shared.auth.jws import SigningKey
from shared.kit.ids import new_id
from shared.queue.metrics import Metrics
from shared.queue.runner import JobRunner
from tests.benchmarks.measure import Better, Figure, cpu_seconds
from tests.benchmarks.roster import SyncBench, sync_bench
from tests.sync import work

MB = 1 << 20


@dataclass
class Turn:
    """Seconds on the clock and of all processors, WAL in bytes (`stored`: until the file was kept), most memory of the
    reading process."""

    begin: str = ""
    seconds: float = 0.0
    cpu: float = 0.0
    wal: int = 0
    stored: int = 0
    peak: int = 0


@asynccontextmanager
async def signing_bench() -> AsyncIterator[SyncBench]:
    """A sync service that signs evidence, as every real one does."""
    async with sync_bench() as bench:
        with TemporaryDirectory(prefix="startklar-bench-") as folder:
            key = Path(folder) / "sync.pem"
            key.write_bytes(SigningKey.generate().pem())
            yield _with_key(bench, key)


async def new_tenant(bench: SyncBench) -> None:
    """A municipality without a roster; the domain of its login names is proved to be its own, as in real life."""
    bench.service.tenant = new_id()
    async with bench.service.database.transaction(bench.service.tenant) as session:
        await LoginScopeService(session).keep(new_id(), DOMAIN)


def once(name: str, value: float, limit: float, *, unit: str, better: Better, note: str) -> Figure:
    """A figure of one long round."""
    return Figure(name, value, unit, better, limit, value / limit, 0.0, f"{note}, one round")


@asynccontextmanager
async def measured(bench: SyncBench) -> AsyncIterator[Turn]:
    """Measure the block, after a checkpoint: none may fall due in the middle of one turn alone."""
    await bench.admin.execute("CHECKPOINT")
    turn = Turn()
    watching = asyncio.create_task(_watch(turn))
    roots = [bench.postgres, os.getpid()]
    used = cpu_seconds(roots)
    turn.begin = await bench.admin.fetchval("SELECT pg_current_wal_lsn()::text")
    begin = time.perf_counter()
    yield turn
    turn.seconds = time.perf_counter() - begin
    turn.cpu = cpu_seconds(roots) - used
    turn.wal = await _written(bench, turn)
    watching.cancel()


async def _written(bench: SyncBench, turn: Turn) -> int:
    return int(await bench.admin.fetchval("SELECT pg_current_wal_lsn() - $1::text::pg_lsn", turn.begin))


async def _watch(turn: Turn) -> None:
    """The most that the reading process ever holds in memory. Looking for it must not take what is measured."""
    while True:
        for pid in _children():
            try:
                child = psutil.Process(pid)
                if "services.sync.reading.child" in child.cmdline():
                    turn.peak = max(turn.peak, child.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        await asyncio.sleep(0.2)


def _children() -> list[int]:
    """As the kernel lists them: psutil reads about every process of the machine."""
    return [int(pid) for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()]


async def planned(bench: SyncBench, content: bytes, turn: Turn | None = None) -> dict[str, Any]:
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


async def apply(bench: SyncBench, run: dict[str, Any]) -> None:
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


def _with_key(bench: SyncBench, key: Path) -> SyncBench:
    settings = bench.service.settings.model_copy(update={"client_key_file": key})
    return replace(bench, service=replace(bench.service, settings=settings))
