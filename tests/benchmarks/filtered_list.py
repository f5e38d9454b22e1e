"""`projects.list50`: a page of 50 activities of a project, narrowed as people narrow it, against the same limit."""

from collections.abc import Awaitable, Callable, Mapping

from tests.benchmarks.load import get_many
from tests.benchmarks.measure import Figure, against, interleaved, percentile
from tests.benchmarks.project_list import project_list
from tests.benchmarks.servers import serving

NAMES = ("projects.list50",)
ROUNDS = 9
REQUESTS = 1500
CONNECTIONS = 8
# Nearly every row passes these, so that both sides send 50 rows of one size.
FILTERS = "&dueAfter=2026-12-31&enabled=true&checklist=false"


async def run() -> list[Figure]:
    """The filtered list of ours, which takes FastAPI's ordinary way, against bare Starlette and asyncpg."""
    seconds: list[float] = []

    def work(url: str, headers: Mapping[str, str], kept: list[float]) -> Callable[[], Awaitable[int]]:
        async def go() -> int:
            kept.extend(await get_many(url, headers, requests=REQUESTS, connections=CONNECTIONS))
            return REQUESTS

        return go

    async with project_list() as made, serving("tests.benchmarks.baselines:bare", made.baseline) as bare:
        pid, base = made.service
        found = await interleaved(
            {
                "ours": ([pid, made.postgres], work(base + made.path + FILTERS, made.headers, seconds)),
                "bare": ([bare[0], made.postgres], work(f"{bare[1]}/", {}, [])),
            },
            ROUNDS,
        )
    p50, p99 = (percentile(seconds, share) * 1e3 for share in (0.5, 0.99))
    note = (
        f"three filters, 50 rows, CPU of service and PostgreSQL; ours {CONNECTIONS} at once: "
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms"
    )
    return [against("projects.list50", found["ours"], found["bare"], unit="us/request", note=f"aim <= 1.8; {note}")]
