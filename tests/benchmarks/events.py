"""`events.commit_to_effect_p99_ms`: from the commit of a change to the commit of its effect in another service.

Courses are created through the gateway at a steady rate; each is an event of training, whose effect is a row in the
public event log of webhooks. Both moments are PostgreSQL's own times of the two commits, so no poll blurs them.
"""

import asyncio
import json
from datetime import timedelta
from statistics import median
from typing import NamedTuple

import asyncpg

from cli.demo.cast import LEADER, Cast
from tests.benchmarks.load import paced, written
from tests.benchmarks.measure import Figure, cpu_seconds, percentile, to_aim
from tests.benchmarks.private_stack import PrivateStack, private_stack

NAMES = ("events.commit_to_effect_p99_ms",)
AIM = 100.0
ROUNDS = 7
EVENTS = 300
RATE = 20.0
CONNECTIONS = 8
LONGEST = 60.0  # seconds that the last effect may take

# When the course was committed, and when its event was given its position in the feed.
_CAUSES = """
SELECT e.id, pg_xact_commit_timestamp(c.xmin) AS at, pg_xact_commit_timestamp(e.xmin) AS positioned FROM course c
JOIN event_log e ON e.tenant_id = c.tenant_id AND e.subject = c.id AND e.type = 'training.course.created.v1'
WHERE c.key LIKE $1
"""
_EFFECTS = "SELECT id, pg_xact_commit_timestamp(xmin) AS at FROM public_event WHERE id = ANY($1)"


async def run() -> list[Figure]:
    """The p99 of each round of events, through real services, workers, Redis and PostgreSQL with fsync."""
    found: list[_Round] = []
    async with private_stack(commit_times=True) as stack:
        training, webhooks = await stack.connect("training"), await stack.connect("webhooks")
        try:
            for number in range(ROUNDS + 1):
                before = cpu_seconds([stack.record.pid])
                await _create_courses(stack, f"bench-{number}-")
                seen = await _watched(training, webhooks, f"bench-{number}-%")
                cpu = (cpu_seconds([stack.record.pid]) - before) / EVENTS * 1e6
                if number:  # the first round warms caches, plans and pools
                    found.append(_Round(*seen, cpu))
        finally:
            await training.close()
            await webhooks.close()
        memory = stack.pss_bytes / 1e6
    to_effect = median(percentile(each.to_effect, 0.5) for each in found)
    to_position = median(percentile(each.to_position, 0.5) for each in found)
    note = (
        f"training to webhooks, {RATE:.0f} events/s; p50 {to_effect:.0f} ms, of which {to_position:.0f} until the event"
        f" has its position; CPU of the whole stack, request and other consumers included,"
        f" {median(each.cpu for each in found):.0f} us/event; PSS afterwards {memory:.0f} MB"
    )
    p99 = [percentile(each.to_effect, 0.99) for each in found]
    return [to_aim("events.commit_to_effect_p99_ms", p99, AIM, unit="ms", note=note)]


class _Round(NamedTuple):
    """Milliseconds of each event since the commit of its cause, and microseconds of CPU per event."""

    to_effect: list[float]
    to_position: list[float]
    cpu: float


async def _create_courses(stack: PrivateStack, prefix: str) -> None:
    cast = Cast.read(stack.places.demo)
    token = await asyncio.to_thread(cast.token, LEADER)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"{cast.gateway}/training/v1/courses"
    requests = [written(url, headers, method="POST", body=_course(f"{prefix}{number}")) for number in range(EVENTS)]
    await paced(url, requests, rate=RATE, connections=CONNECTIONS)


def _course(key: str) -> bytes:
    return json.dumps({"key": key, "title": {"sv": "Kurs", "en": "Course"}, "audience": ["teacher"]}).encode()


async def _watched(
    training: asyncpg.Connection, webhooks: asyncpg.Connection, keys: str
) -> tuple[list[float], list[float]]:
    """Milliseconds to the effect and to the position, of each event. RuntimeError when an effect does not come."""
    for _ in range(int(LONGEST / 0.2)):
        causes = await training.fetch(_CAUSES, keys)
        effects = dict(await webhooks.fetch(_EFFECTS, [row["id"] for row in causes]))
        if len(causes) == len(effects) == EVENTS:
            to_effect = [effects[row["id"]] - row["at"] for row in causes]
            to_position = [row["positioned"] - row["at"] for row in causes]
            return [_ms(one) for one in to_effect], [_ms(one) for one in to_position]
        await asyncio.sleep(0.2)
    raise RuntimeError(f"of {EVENTS} events {len(causes)} were given a position and {len(effects)} took effect")


def _ms(time: timedelta) -> float:
    return time.total_seconds() * 1e3
