"""`http.traced`: CPU per request of a page of 50 activities when every request is recorded, against none."""

from collections.abc import Awaitable, Callable

from tests.benchmarks.load import get_many
from tests.benchmarks.measure import Figure, against, interleaved
from tests.benchmarks.project_list import project_list
from tests.benchmarks.servers import serving
from tests.support.collector import collecting

NAMES = ("http.traced", "http.sampled")
ROUNDS = 9
REQUESTS = 1000
CONNECTIONS = 8
_TENTH = "0.1"


async def run() -> list[Figure]:
    """With a collector that gets every trace, and one that gets a tenth, against no collector."""
    factory = "services.projects.app:create_app"
    async with project_list() as made:
        with collecting() as collector:
            export = {"STARTKLAR_OTLP_ENDPOINT": collector.url}
            async with (
                serving(factory, made.settings | export) as every,
                serving(factory, made.settings | export | {"STARTKLAR_TRACE_RATIO": _TENTH}) as tenth,
            ):

                def work(base: str) -> Callable[[], Awaitable[int]]:
                    async def go() -> int:
                        await get_many(base + made.path, made.headers, requests=REQUESTS, connections=CONNECTIONS)
                        return REQUESTS

                    return go

                servers = {"none": made.service, "every": every, "tenth": tenth}
                found = await interleaved(
                    {name: ([pid, made.postgres], work(base)) for name, (pid, base) in servers.items()}, ROUNDS
                )
    note = "CPU of service and PostgreSQL; against the same without a collector"
    return [
        against("http.traced", found["every"], found["none"], unit="us/request", note=f"aim <= 1.2; {note}"),
        against("http.sampled", found["tenth"], found["none"], unit="us/request", note=f"aim <= 1.05; {note}, a tenth"),
    ]
