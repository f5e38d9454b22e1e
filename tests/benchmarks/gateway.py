"""`gateway.added_p99_ms`: what Envoy adds to the same request, below saturation.

Both ways are measured at the same time, request by request in turns, so that whatever else the machine does meets both.
"""

import asyncio
import statistics

from tests.benchmarks.load import paced, written
from tests.benchmarks.measure import Figure, added, cpu_seconds, percentile
from tests.benchmarks.project_list import ProjectList, project_list
from tests.benchmarks.servers import gateway

NAMES = ("gateway.added_p99_ms",)
AIM = 5.0
ROUNDS = 9
REQUESTS = 1000
RATE = 75.0
CONNECTIONS = 16


async def run() -> list[Figure]:
    """A list of 50 rows with a token: one caller directly, one through the gateway, their requests by turns."""
    p50: dict[str, list[float]] = {"direct": [], "through": []}
    p99: dict[str, list[float]] = {"direct": [], "through": []}
    cpu: list[float] = []
    async with project_list() as made, gateway(made.service[1], made.jwks, made.issuer) as (envoy, through):
        for number in range(ROUNDS + 1):
            before = cpu_seconds([envoy])
            found = await asyncio.gather(
                _paced(made.service[1], made, late=number % 2), _paced(through, made, late=1 - number % 2)
            )
            if not number:  # warms caches, plans and pools
                continue
            cpu.append((cpu_seconds([envoy]) - before) / REQUESTS * 1e6)
            for way, seconds in zip(p50, found, strict=True):
                p50[way].append(percentile(seconds, 0.5) * 1e3)
                p99[way].append(percentile(seconds, 0.99) * 1e3)
    note = (
        f"{RATE:.0f} requests/s each way at once; direct and through: p99 {_in_turn(p99)} ms, p50 {_in_turn(p50)} ms;"
        f" CPU of Envoy {statistics.median(cpu):.0f} us/request"
    )
    return [added("gateway.added_p99_ms", p99["through"], p99["direct"], AIM, unit="ms", note=note)]


async def _paced(base: str, made: ProjectList, *, late: int) -> list[float]:
    requests = [written(base + made.path, made.headers)] * REQUESTS
    return await paced(base, requests, rate=RATE, connections=CONNECTIONS, delay=late * 0.5 / RATE)


def _in_turn(rounds: dict[str, list[float]]) -> str:
    return " and ".join(f"{statistics.median(found):.1f}" for found in rounds.values())
