"""Several services' workers in one process and one event loop, with one port for the probes and metrics of all.

Each keeps its own databases, tokens, leases and counters, as in a process of its own; a log line says whose it is.
"""

import asyncio
import contextlib
import signal
from collections.abc import Iterable, Mapping, Sequence

import structlog
import uvloop
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from shared.kit.logging import configure_logging
from shared.kit.settings import ServiceSettings
from shared.queue.metrics import process_text
from shared.queue.probes import Answer, Page, Probes
from shared.queue.worker import ServiceWorker, WorkerSpec

Address = tuple[str, int]


def run_workers(
    process: str, workers: Sequence[tuple[WorkerSpec, ServiceSettings]], probes: Address | None = None
) -> None:
    """Run every worker until SIGTERM or SIGINT, then drain them all; the first that cannot go on ends the process.

    `probes` is the host and port at which all of them answer; the port in a service's own settings is not opened.
    """
    configure_logging(process)
    uvloop.run(_main([_without_probes(*each) for each in workers], probes))


def _without_probes(spec: WorkerSpec, settings: ServiceSettings) -> ServiceWorker:
    return ServiceWorker(spec, settings.model_copy(update={"metrics_port": None}))


async def _main(workers: Sequence[ServiceWorker], probes: Address | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    await run_together(workers, stop, probes)


async def run_together(workers: Sequence[ServiceWorker], stop: asyncio.Event, probes: Address | None = None) -> None:
    """Work until `stop` is set. Errors: those of any one worker, in an ExceptionGroup, after the others were ended."""
    async with contextlib.AsyncExitStack() as stack:
        if probes is not None:
            served = Probes(_pages(workers), *probes)
            await served.start()
            stack.push_async_callback(served.stop)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        for worker in workers:
            # A task copies the context: its lines, and those of every task that it starts, carry the service's name.
            with structlog.contextvars.bound_contextvars(service=worker.spec.service):
                group.create_task(worker.run(stop), name=worker.spec.service)


def _pages(workers: Sequence[ServiceWorker]) -> Mapping[str, Page]:
    def all_of(path: str) -> Page:
        async def page() -> Answer:
            answers = await asyncio.gather(*(worker.pages()[path]() for worker in workers))
            said = [f"{worker.spec.service}: ".encode() + answer[2] for worker, answer in _named(workers, answers)]
            return max(answer[0] for answer in answers), "text/plain", b"".join(said)

        return page

    async def metrics() -> Answer:
        answers = await asyncio.gather(*(worker.pages()["/metrics"]() for worker in workers))
        registry = CollectorRegistry()
        registry.register(_Labelled({worker.spec.service: worker.metrics.registry for worker in workers}))
        return 200, answers[0][1], generate_latest(registry) + process_text()

    return {"/metrics": metrics} | {path: all_of(path) for path in ("/livez", "/readyz", "/startupz")}


def _named(workers: Sequence[ServiceWorker], answers: Sequence[Answer]) -> Iterable[tuple[ServiceWorker, Answer]]:
    return zip(workers, answers, strict=True)


class _Labelled(Collector):
    """The metrics of several registries as one, each line with the label `service` that tells it from its siblings."""

    def __init__(self, registries: Mapping[str, CollectorRegistry]) -> None:
        self._registries = registries

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for service, registry in self._registries.items():
            for found in registry.collect():
                family = families.setdefault(found.name, Metric(found.name, found.documentation, found.type))
                labelled = [each._replace(labels={"service": service, **each.labels}) for each in found.samples]
                family.samples += labelled
        return families.values()
