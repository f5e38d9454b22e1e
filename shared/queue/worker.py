"""A service's worker process: sequencer, consumers, jobs, schedule, wake-ups, metrics and probes in one event loop.

A service's `worker.py` names what differs and calls `run_worker(spec)`.
"""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog
import uvloop
from redis.asyncio import Redis
from sqlalchemy.exc import SQLAlchemyError

from shared.kit.db import Database
from shared.kit.logging import configure_logging
from shared.kit.settings import ServiceSettings
from shared.kit.tracing import record_with, start_tracing
from shared.kit.tracing_http import TracedTransport
from shared.kit.vitals import POOLS, watch_loop
from shared.queue import parking
from shared.queue.advice import advise
from shared.queue.consumer import Consumer, Handlers
from shared.queue.faults import describe
from shared.queue.housekeeping import Housekeeping
from shared.queue.listener import Listener
from shared.queue.metrics import Measure, Metrics, process_text
from shared.queue.probes import Answer, Page, Probes
from shared.queue.pulse import Pulse
from shared.queue.runner import JobHandler, JobRunner, LeaseTiming
from shared.queue.schedule import Schedule, Scheduler
from shared.queue.sequencer import BATCH, sequence
from shared.queue.source import FeedSource, HttpFeed, TokenSource
from shared.queue.wakeups import listen_to, wake_listeners

log = structlog.get_logger(__name__)

Background = Callable[[Any, Database, Database, asyncio.Event], Coroutine[Any, Any, None]]
"""A loop of the service's own: its settings, the app's and the relay's database, and the event that ends it."""

SWEEP = 2.0
"""Seconds until lost wake-ups are noticed."""
_STUCK = 300.0
_RETRIES_PER_STEP = 200


@dataclass(frozen=True)
class WorkerSpec:
    """What one service's worker does.

    `consumes`: owner -> event class -> handler. `jobs`: kind -> handler. `background`: loops of its own, beside ours.
    `tokens` builds the source of this service's tokens (`shared.auth.service_tokens.build_token_source`); needed only
    by those who consume. `measures`: gauges of its own.
    """

    service: str
    settings: type[ServiceSettings]
    consumes: Mapping[str, Handlers] = field(default_factory=dict)
    jobs: Mapping[str, JobHandler] = field(default_factory=dict)
    schedule: Sequence[Schedule] = ()
    background: Sequence[Background] = ()
    tokens: Callable[[Any], TokenSource] | None = None
    measures: Sequence[Measure] = ()
    job_slots: int = 2
    timing: LeaseTiming = field(default_factory=LeaseTiming)

    def __post_init__(self) -> None:
        unknown = {entry.kind for entry in self.schedule} - set(self.jobs)
        if unknown or len({entry.kind for entry in self.schedule}) != len(self.schedule):
            raise ValueError(f"each schedule needs a job kind of its own; without handler: {sorted(unknown)}")
        for owner, handlers in self.consumes.items():
            strangers = [event.type for event in handlers if not event.type.startswith(f"{owner}.")]
            if strangers:
                raise ValueError(f"{owner} does not own {strangers}")
        if self.consumes and self.tokens is None:
            raise ValueError("a worker that consumes needs `tokens`")


def run_worker(spec: WorkerSpec, settings: ServiceSettings | None = None) -> None:
    """Run the worker of a service until SIGTERM or SIGINT, then drain. The whole of `python -m services.X.worker`."""
    settings = settings or spec.settings()
    configure_logging(spec.service)
    uvloop.run(_main(ServiceWorker(spec, settings)))


async def _main(worker: "ServiceWorker") -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    await worker.run(stop)


class ServiceWorker:
    """The parts of a worker, tied together."""

    def __init__(self, spec: WorkerSpec, settings: ServiceSettings, source: FeedSource | None = None) -> None:
        self.spec = spec
        self.metrics = Metrics(spec.measures)
        self._settings = settings
        self._source = source
        size = settings.database_pool_size
        self._database = Database(settings.database_url.get_secret_value(), pool_size=size)
        self._relay = Database(settings.relay_database_url.get_secret_value(), pool_size=max(4, spec.job_slots + 2))
        redis_url = settings.redis_url.get_secret_value()
        self._redis = Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)
        self._listener = Listener(redis_url, spec.service, self._wake_work, self._wake_pull)
        self._runner = JobRunner(
            spec.jobs, self._database, self._relay, self.metrics, slots=spec.job_slots, timing=spec.timing
        )
        self._consumers: dict[str, Consumer] = {}
        self._pulses: dict[str, Pulse] = {}
        self._is_ready = False

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; survives outages of Redis, PostgreSQL and the owners. Errors: Refused."""
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._redis.aclose)
            tracing = start_tracing(self._settings, "worker")
            if tracing is not None:
                stack.push_async_callback(asyncio.to_thread, tracing.stop)
            record_with(tracing)
            POOLS.watch(self.spec.service, app=self._database, relay=self._relay)
            stack.callback(asyncio.create_task(watch_loop()).cancel)
            probes = await self._start_probes()
            if probes is not None:
                stack.push_async_callback(probes.stop)
            if not await self._connect(stop, stack):
                return
            client = await stack.enter_async_context(httpx.AsyncClient(timeout=10, transport=TracedTransport()))
            self._build(self._source or self._http_feed(client))
            self._is_ready = True
            if self._settings.environment == "production":
                await advise(self._redis)
            log.info("worker started", consumes=sorted(self.spec.consumes), jobs=sorted(self.spec.jobs))
            loops: list[Coroutine[Any, Any, None]] = [pulse.run(stop) for pulse in self._pulses.values()]
            loops += [self._supervised(run, stop) for run in self.spec.background]
            await asyncio.gather(self._listener.run(stop), *loops)
            await self._runner.drain()
            log.info("worker stopped")

    def _build(self, source: FeedSource | None) -> None:
        """The loops. Each owner's feed has its own, so that one that is down delays no other."""
        steps: dict[str, tuple[Any, float]] = {
            "sequencer": (self._sequence, SWEEP),
            "jobs": (self._runner.step, SWEEP),
            "parking": (self._retry_parked, 1.0),
            "schedule": (Scheduler(self.spec.schedule, self._relay).step, 5.0),
            "housekeeping": (Housekeeping(self._relay).step, 3600.0),
        }
        if source is not None:
            steps["registration"] = (self._register, 10.0)
            for owner, handlers in self.spec.consumes.items():
                consumer = Consumer(owner, handlers, self._database, source, self.metrics)
                self._consumers[owner] = consumer
                self.metrics.lag(owner, 0)
                steps[f"feed:{owner}"] = (consumer.step, SWEEP)
        self._pulses = {name: Pulse(name, step, every=every) for name, (step, every) in steps.items()}
        self._database.after_publish = self._published
        self._runner.on_free = self._pulses["jobs"].wake.set

    def _http_feed(self, client: httpx.AsyncClient) -> FeedSource | None:
        if not self.spec.consumes or self.spec.tokens is None:
            return None
        return HttpFeed(self._settings.service_urls, self.spec.tokens(self._settings), client)

    async def _connect(self, stop: asyncio.Event, stack: contextlib.AsyncExitStack) -> bool:
        """Wait for the databases; False when stopped before they came."""
        for database in (self._database, self._relay):
            stack.push_async_callback(database.stop)
        while not stop.is_set():
            try:
                await self._database.start()
                await self._relay.start()
                return True
            except (OSError, SQLAlchemyError) as error:
                log.warning("waiting for the database", error=type(error).__name__)
                await asyncio.sleep(0.5)
        return False

    async def _supervised(self, run: Background, stop: asyncio.Event) -> None:
        """A service's own loop, begun again whenever it fails."""
        while not stop.is_set():
            try:
                await run(self._settings, self._database, self._relay, stop)
                return
            except Exception as error:
                log.error("background loop failed", fault=describe(error))
                await asyncio.sleep(1)

    async def _sequence(self) -> bool:
        async with self._relay.transaction(None) as session:
            moved = await sequence(session)
        if moved:
            self.metrics.sequenced(moved)
            await wake_listeners(self._redis, self.spec.service)
        return moved == BATCH

    async def _retry_parked(self) -> bool:
        async with self._relay.transaction(None) as session:
            waiting = await parking.due(session)
        for owner, tenant in waiting:
            consumer = self._consumers.get(owner)
            for _ in range(_RETRIES_PER_STEP):
                if consumer is None or not await consumer.retry(tenant):
                    break
        return False

    async def _register(self) -> bool:
        await listen_to(self._redis, list(self.spec.consumes), self.spec.service)
        return False

    async def _published(self) -> None:
        self._wake_work()

    def _wake_work(self) -> None:
        for name in ("sequencer", "jobs"):
            self._pulses[name].wake.set()

    def _wake_pull(self, owner: str) -> None:
        """Wake the loop of `owner`; of every owner for '', after an outage in which wake-ups may have been lost."""
        for name, pulse in self._pulses.items():
            if name == f"feed:{owner}" or (not owner and name.startswith(("feed:", "registration"))):
                pulse.wake.set()

    def pages(self) -> dict[str, Page]:
        """Metrics and probes by path, for whoever serves them."""
        live, ready = self._live_page, self._ready_page
        return {"/metrics": self._metrics_page, "/livez": live, "/readyz": ready, "/startupz": ready}

    async def _start_probes(self) -> Probes | None:
        if self._settings.metrics_port is None:
            return None
        probes = Probes(self.pages(), self._settings.metrics_host, self._settings.metrics_port)
        await probes.start()
        return probes

    async def _metrics_page(self) -> Answer:
        try:
            async with asyncio.timeout(5), self._relay.transaction(None) as session:
                await self.metrics.read(session)
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            log.warning("metrics without the database", fault=describe(error))
        for name, pulse in self._pulses.items():
            self.metrics.failures(name, pulse.failures)
        # One that serves no port of its own shares its process, which tells of itself once.
        process = process_text() if self._settings.metrics_port is not None else b""
        return 200, "text/plain; version=0.0.4; charset=utf-8", self.metrics.text() + process

    async def _live_page(self) -> Answer:
        stuck = [name for name, pulse in self._pulses.items() if pulse.is_stuck(_STUCK)]
        return (503, "text/plain", ", ".join(stuck).encode()) if stuck else (200, "text/plain", b"alive\n")

    async def _ready_page(self) -> Answer:
        failing = [name for name, pulse in self._pulses.items() if pulse.failures]
        if not self._is_ready or failing:
            return 503, "text/plain", f"not ready: {', '.join(failing)}\n".encode()
        return 200, "text/plain", b"ready\n"
