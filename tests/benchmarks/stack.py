"""`stack.ready_s` and `stack.pss_mb`: how soon the whole stack serves from nothing, and how much memory it takes."""

import asyncio

from tests.benchmarks.measure import Figure, to_aim
from tests.benchmarks.private_stack import private_stack

NAMES = ("stack.ready_s", "stack.pss_mb")
READY_AIM = 30.0
PSS_AIM = 1500.0
ROUNDS = 7
SETTLING = 3.0  # seconds after which the last start-up work is done


async def run() -> list[Figure]:
    """Each round makes everything anew: PostgreSQL cluster, databases, migrations, keys, demo municipality."""
    ready: list[float] = []
    memory: list[float] = []
    for _ in range(ROUNDS):
        async with private_stack() as stack:
            ready.append(stack.ready_seconds)
            await asyncio.sleep(SETTLING)
            memory.append(stack.pss_bytes / 1e6)
    return [
        to_aim("stack.ready_s", ready, READY_AIM, unit="s", note="from nothing to the first answer of the gateway"),
        to_aim("stack.pss_mb", memory, PSS_AIM, unit="MB", note="PSS of all processes, at rest after the start"),
    ]
