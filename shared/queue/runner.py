"""Running jobs: claim what is due, keep its lease alive, store what came of it."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import tracing
from shared.kit.db import Database, set_tenant
from shared.kit.problems import Problem
from shared.queue import leases
from shared.queue.ending import end_tasks
from shared.queue.faults import JobFailed, describe
from shared.queue.leases import Ended, Lease, LeaseLost
from shared.queue.metrics import Metrics

log = structlog.get_logger(__name__)

_RETRY_FIRST = 1.0


class JobContext:
    """What a handler is given: who asked for what, transactions that are fenced by the lease, progress."""

    def __init__(self, lease: Lease, database: Database, relay: Database, traceparent: str | None = None) -> None:
        self._lease = lease
        self._traceparent = traceparent or lease.traceparent
        self._database = database
        self._relay = relay

    @property
    def job_id(self) -> UUID:
        return self._lease.id

    @property
    def tenant(self) -> UUID | None:
        """The tenant that asked; None for the platform's own periodic work."""
        return self._lease.tenant

    @property
    def params(self) -> Mapping[str, Any]:
        """As given to `start_job`; ids come as strings."""
        return self._lease.params

    @property
    def attempt(self) -> int:
        """1 on the first run; more after a failure or a lost worker."""
        return self._lease.attempt

    @asynccontextmanager
    async def transaction(self, tenant: UUID | None = None) -> AsyncIterator[AsyncSession]:
        """One transaction in the job's tenant, committed at the end of the block. Errors: LeaseLost.

        The platform's own work names the `tenant` it acts in; a tenant's job cannot act in another.
        """
        if tenant is not None and self.tenant not in (None, tenant):
            raise ValueError("a tenant's job acts in that tenant alone")
        async with self._database.transaction(self.tenant, traceparent=self._traceparent) as session:
            await leases.enter(session, self._lease)
            if tenant is not None and tenant != self.tenant:
                await set_tenant(session, tenant)
            yield session

    async def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Tell how far the work has come; `message` is a short text without personal data. Errors: LeaseLost."""
        async with self._relay.transaction(None) as session:
            await leases.progress(session, self._lease, done, total, message)


JobHandler = Callable[[JobContext], Awaitable[dict[str, Any] | None]]


@dataclass(frozen=True)
class LeaseTiming:
    """Seconds. A lost job starts again after `lease` and one sweep; `drain` is what running jobs get at shutdown."""

    lease: float = 15.0
    heartbeat: float = 4.0
    longest: float = 3600.0
    drain: float = 10.0


class JobRunner:
    """Runs up to `slots` jobs of one service at a time in this process."""

    def __init__(
        self,
        handlers: Mapping[str, JobHandler],
        database: Database,
        relay: Database,
        metrics: Metrics,
        *,
        slots: int = 2,
        timing: LeaseTiming | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._handlers = handlers
        self._database = database
        self._relay = relay
        self._metrics = metrics
        self._slots = slots
        self._timing = timing or LeaseTiming()
        self._running: set[asyncio.Task[None]] = set()
        self._draining = False
        self._evicting = asyncio.Event()
        self.on_free: Callable[[], None] = lambda: None

    async def step(self) -> bool:
        """Start one due job if there is room; True when another may be due."""
        if self._draining or not self._handlers or len(self._running) >= self._slots:
            return False
        async with self._relay.transaction(None) as session:
            found = await leases.claim(session, list(self._handlers), self.name, self._timing.lease)
        if isinstance(found, Ended):
            self._metrics.job_ended(found.kind, found.state)
        if isinstance(found, Lease):
            task = asyncio.create_task(self._run(found))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return found is not None

    async def drain(self) -> None:
        """Take nothing new; give running jobs some seconds, then put them back for another worker."""
        self._draining = True
        if self._running:
            await asyncio.wait(self._running, timeout=self._timing.drain)
        self._evicting.set()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.on_free()

    async def _run(self, lease: Lease) -> None:
        where = {"kind": lease.kind, "job": str(lease.id), "attempt": lease.attempt}
        work = asyncio.ensure_future(self._work(lease))
        try:
            is_cancelled = await self._watch(work, lease)
            if self._evicting.is_set() and work.cancelled():
                async with self._relay.transaction(None) as session:
                    await leases.put_back(session, lease, 0, refund=True)
                log.info("job put back at shutdown", **where)
            else:
                await self._settle(work, lease, is_cancelled)
        except LeaseLost:
            log.warning("lease lost", **where)
        except Exception as error:  # the lease runs out and the job starts again
            log.error("outcome not stored", fault=describe(error), **where)
        finally:
            await end_tasks([work])

    async def _work(self, lease: Lease) -> dict[str, Any] | None:
        """What the handler does, as a part of the trace of whoever asked for it."""
        with tracing.work(f"job {lease.kind}", "consumer", lease.traceparent) as spot:
            spot.note("startklar.job", str(lease.id))
            spot.note("startklar.attempt", lease.attempt)
            began, context = time.monotonic(), JobContext(lease, self._database, self._relay, spot.traceparent)
            try:
                return await self._handlers[lease.kind](context)
            finally:
                self._metrics.job_ran(lease.kind, time.monotonic() - began)

    async def _watch(self, work: asyncio.Future[Any], lease: Lease) -> bool:
        """Keep the lease until the work ends; True when it was cancelled on request. Errors: LeaseLost."""
        loop = asyncio.get_running_loop()
        started = kept = loop.time()
        while not await self._ends_within(work, self._timing.heartbeat):
            if self._evicting.is_set() or loop.time() - started > self._timing.longest:
                await end_tasks([work])
                return False
            try:
                async with asyncio.timeout(self._timing.heartbeat), self._relay.transaction(None) as session:
                    wants_cancel = await leases.keep(session, lease, self._timing.lease)
                kept = loop.time()
            except LeaseLost:
                raise
            except Exception as error:
                log.warning("heartbeat failed", job=str(lease.id), fault=describe(error))
                if loop.time() - kept > self._timing.lease:
                    raise LeaseLost(str(lease.id)) from error
                continue
            if wants_cancel:
                await end_tasks([work])
                return True
        return False

    async def _ends_within(self, work: asyncio.Future[Any], seconds: float) -> bool:
        """Wait for the work, at most so long, and no longer once the process is shutting down."""
        evicted = asyncio.ensure_future(self._evicting.wait())
        try:
            await asyncio.wait({work, evicted}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            evicted.cancel()
        return work.done()

    async def _settle(self, work: asyncio.Future[Any], lease: Lease, is_cancelled: bool) -> None:
        """Store the outcome of work that has ended."""
        error = None if work.cancelled() else work.exception()
        if isinstance(error, LeaseLost):
            raise error
        async with self._relay.transaction(None) as session:
            if is_cancelled:
                state = "cancelled"
                await leases.end(session, lease, state)
            elif error is None and not work.cancelled():
                state = "succeeded"
                await leases.end(session, lease, state, result=work.result())
            else:
                state = await self._fail(session, lease, error)
        self._metrics.job_ended(lease.kind, state)

    async def _fail(self, session: AsyncSession, lease: Lease, error: BaseException | None) -> str:
        """A problem is an answer and final, unless it says that something is away (5xx); all else is tried again."""
        problem = error if isinstance(error, Problem) else JobFailed()
        is_answer = isinstance(error, Problem) and error.status < 500
        is_final = is_answer or lease.attempt >= lease.max_attempts
        fault = describe(error) if error else "over time"
        log.error("job failed", kind=lease.kind, job=str(lease.id), attempt=lease.attempt, fault=fault, final=is_final)
        if is_final:
            await leases.end(session, lease, "failed", problem=problem.document("en"))
            return "failed"
        delay = _RETRY_FIRST * 4 ** (lease.attempt - 1)
        await leases.put_back(session, lease, delay, problem=problem.document("en"))
        return "retried"
