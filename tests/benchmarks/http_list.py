"""`http.list50`: CPU per request of a page of 50 activities, with token, row security and everything else we do."""

from collections.abc import Awaitable, Callable, Mapping

from tests.benchmarks.load import get_many
from tests.benchmarks.measure import Figure, against, interleaved, percentile
from tests.benchmarks.project_list import project_list
from tests.benchmarks.servers import serving

NAMES = ("http.list50", "http.list50_vs_orm")
ROUNDS = 9
REQUESTS = 1500
CONNECTIONS = 8


async def run() -> list[Figure]:
    """`http.list50` against bare Starlette and asyncpg, `http.list50_vs_orm` against the ORM with response_model."""
    seconds: list[float] = []

    def work(url: str, headers: Mapping[str, str], kept: list[float]) -> Callable[[], Awaitable[int]]:
        async def go() -> int:
            kept.extend(await get_many(url, headers, requests=REQUESTS, connections=CONNECTIONS))
            return REQUESTS

        return go

    async with (
        project_list() as made,
        serving("tests.benchmarks.baselines:bare", made.baseline) as bare,
        serving("tests.benchmarks.baselines:orm", made.baseline) as orm,
    ):
        pid, base = made.service
        found = await interleaved(
            {
                "ours": ([pid, made.postgres], work(base + made.path, made.headers, seconds)),
                "bare": ([bare[0], made.postgres], work(f"{bare[1]}/", {}, [])),
                "orm": ([orm[0], made.postgres], work(f"{orm[1]}/", {}, [])),
            },
            ROUNDS,
        )
    p50, p99 = (percentile(seconds, share) * 1e3 for share in (0.5, 0.99))
    note = f"CPU of service and PostgreSQL, 50 rows; ours {CONNECTIONS} at once: p50 {p50:.0f} ms, p99 {p99:.0f} ms"
    return [
        against("http.list50", found["ours"], found["bare"], unit="us/request", note=f"aim <= 1.8; {note}"),
        against("http.list50_vs_orm", found["ours"], found["orm"], unit="us/request", note=f"aim <= 0.3; {note}"),
    ]
