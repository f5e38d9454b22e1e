"""The arq side of a worker: hears wake-ups on the service's queue and passes them on to the loops.

arq runs under supervision: it ends when Redis is lost (arq issue 386) and starts again when Redis is back. A queue
holds wake-ups only, so one that arq stumbles over is thrown away whole: the sweeps cover what it held.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from arq.connections import ArqRedis
from arq.worker import Worker, func
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from shared.queue.ending import end_tasks
from shared.queue.faults import describe
from shared.queue.wakeups import PULL, WORK, from_json, queue_name, to_json

log = structlog.get_logger(__name__)

POLL_DELAY = 0.02
_PAUSE = 0.5
_OUTAGE = (RedisConnectionError, RedisTimeout, OSError, TimeoutError)


class Listener:
    """Calls `on_work()` and `on_pull(owner)` for each wake-up, and both for everything after each reconnection."""

    def __init__(
        self, redis_url: str, service: str, on_work: Callable[[], None], on_pull: Callable[[str], None]
    ) -> None:
        self._redis_url = redis_url
        self._service = service
        self._on_work = on_work
        self._on_pull = on_pull
        self.is_connected = False

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until `stop`, through any number of outages."""
        while not stop.is_set():
            try:
                await self._listen(stop)
            except _OUTAGE as error:
                log.warning("redis lost: sweeping until it returns", error=type(error).__name__)
            except Exception as error:
                log.error("queue thrown away", queue=queue_name(self._service), fault=describe(error))
                await self._throw_queue_away()
            self.is_connected = False
            if not stop.is_set():
                await asyncio.sleep(_PAUSE)

    async def _listen(self, stop: asyncio.Event) -> None:
        pool = self._connect()
        worker = self._worker(pool)
        listening = asyncio.create_task(worker.async_run())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                await listening
        finally:
            await end_tasks([listening, stopping])  # first, since it starts the others
            await end_tasks(list(worker.tasks.values()))
            await pool.aclose(close_connection_pool=True)

    def _connect(self) -> ArqRedis:
        pool: ArqRedis = ArqRedis.from_url(self._redis_url, socket_timeout=5, socket_connect_timeout=2)
        pool.job_serializer, pool.job_deserializer = to_json, from_json
        pool.default_queue_name = queue_name(self._service)
        return pool

    def _worker(self, pool: ArqRedis) -> Worker:
        heard: list[tuple[Any, str]] = [(self._work, WORK), (self._pull, PULL)]
        started: Any = self._started
        return Worker(
            functions=[func(function, name=name) for function, name in heard],
            queue_name=queue_name(self._service),
            redis_pool=pool,
            on_startup=started,
            handle_signals=False,
            poll_delay=POLL_DELAY,
            max_jobs=50,
            job_timeout=5,
            max_tries=2,
            retry_jobs=False,
            keep_result=0,
            log_results=False,
            job_serializer=to_json,
            job_deserializer=from_json,
        )

    async def _started(self, _: Any) -> None:
        self.is_connected = True
        self._on_work()
        self._on_pull("")

    async def _work(self, _: Any) -> None:
        self._on_work()

    async def _pull(self, _: Any, owner: str) -> None:
        self._on_pull(owner)

    async def _throw_queue_away(self) -> None:
        pool = self._connect()
        try:
            await pool.delete(queue_name(self._service))
        except (RedisError, OSError) as error:
            log.warning("queue not thrown away", error=type(error).__name__)
        finally:
            await pool.aclose(close_connection_pool=True)
