"""Two services' workers in one process: each does its own work, and one port tells of both."""

import asyncio
import json
from uuid import UUID

import httpx
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from shared.kit.db import DangerousRole
from shared.kit.logging import configure_logging
from shared.queue import JobContext, WorkerSpec, start_job
from shared.queue.together import run_together
from shared.queue.worker import ServiceWorker
from tests.gateway.running import free_port
from tests.shared.queue.conftest import Pair
from tests.shared.queue.test_worker import EFFECTS, SHELF, settings_of, until
from tests.shared.queue.toy.settings import ShelfSettings, ToysSettings


async def test_each_works_under_its_own_name_and_one_port_tells_of_both(
    pair: Pair, tenant: UUID, clean_redis: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async def speak(ctx: JobContext) -> None:
        structlog.get_logger().info("spoken")

    configure_logging("both")
    toys_spec = WorkerSpec("toys", ToysSettings, jobs={"work": speak})
    toys = ServiceWorker(toys_spec, settings_of(ToysSettings, pair.toys, clean_redis))
    shelf = ServiceWorker(SHELF, settings_of(ShelfSettings, pair.shelf, clean_redis), source=pair)
    port, stop = free_port(), asyncio.Event()
    task = asyncio.create_task(run_together([toys, shelf], stop, ("127.0.0.1", port)))
    await pair.make(tenant, tenant)
    async with pair.toys.app.transaction(tenant) as session:
        await start_job(session, "work", {})
    await until(pair.shelf, EFFECTS, [(0,), (1,)])
    await until(pair.toys, "SELECT state FROM job", [("succeeded",)])
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        ready = await client.get("/readyz")
        text = (await client.get("/metrics")).text
    stop.set()
    await asyncio.wait_for(task, 10)
    structlog.reset_defaults()

    assert ready.status_code == 200
    assert "toys: ready" in ready.text
    assert "shelf: ready" in ready.text
    counted = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    heads = {sample.labels["service"]: sample.value for sample in counted if sample.name == "startklar_feed_head"}
    assert heads == {"toys": 2, "shelf": 0}
    applied = [sample.labels for sample in counted if sample.name == "startklar_events_applied_total"]
    assert applied == [{"service": "shelf", "owner": "toys"}]
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    assert {line["service"] for line in lines if line["event"] == "worker started"} == {"toys", "shelf"}
    assert [line["service"] for line in lines if line["event"] == "spoken"] == ["toys"]


async def test_one_that_cannot_go_on_ends_them_all(pair: Pair, clean_redis: str) -> None:
    """Else the process would look alive, and nobody would start it again."""
    wrong = settings_of(ShelfSettings, pair.shelf, clean_redis, database_url=pair.shelf.urls.owner)
    toys = ServiceWorker(WorkerSpec("toys", ToysSettings), settings_of(ToysSettings, pair.toys, clean_redis))
    with pytest.raises(ExceptionGroup) as ended:
        await asyncio.wait_for(run_together([toys, ServiceWorker(SHELF, wrong, source=pair)], asyncio.Event()), 10)
    assert ended.group_contains(DangerousRole)


async def test_readiness_is_that_of_the_least_ready(pair: Pair, clean_redis: str) -> None:
    class Away:
        async def page(self, owner: str, after: int, limit: int) -> None:
            raise OSError("the owner is away")

    toys = ServiceWorker(WorkerSpec("toys", ToysSettings), settings_of(ToysSettings, pair.toys, clean_redis))
    source: object = Away()
    shelf = ServiceWorker(SHELF, settings_of(ShelfSettings, pair.shelf, clean_redis), source=source)  # type: ignore[arg-type]
    port, stop = free_port(), asyncio.Event()
    task = asyncio.create_task(run_together([toys, shelf], stop, ("127.0.0.1", port)))
    retries = httpx.AsyncHTTPTransport(retries=5)  # until it listens
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", transport=retries) as client:
        answer = await client.get("/readyz")
        for _ in range(100):
            if "feed:toys" in answer.text:
                break
            await asyncio.sleep(0.05)
            answer = await client.get("/readyz")
        alive = await client.get("/livez")
    stop.set()
    await asyncio.wait_for(task, 10)

    assert answer.status_code == 503
    assert "toys: ready" in answer.text
    assert "shelf: not ready: feed:toys" in answer.text
    assert alive.status_code == 200
