"""`training.http_enrol`, `_direct`: enrolments into one session that everybody wants, through the gateway and past it.

People of the demo's tenant queue for it, each request with an Idempotency-Key of its own, as browsers send it; the
limit reads the session the same way, with the same login and connections. The two ways take turns.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cli.demo.cast import LEADER, Cast
from shared.kit.ids import new_id
from tests.benchmarks.load import get_many, send_all, written
from tests.benchmarks.measure import Figure, against, percentile
from tests.benchmarks.private_stack import PrivateStack, private_stack

NAMES = ("training.http_enrol", "training.http_enrol_direct")
ROUNDS = 5
PEOPLE = 200
CAPACITY = 150
CONNECTIONS = 8
# Seconds in which the gateway's bucket of one subject is full again: a round takes more than lasts.
_REFILL = 4
_PEOPLE = (
    "INSERT INTO person SELECT c.tenant_id, gen_random_uuid(), 'Test ' || n, false, false, 0"
    " FROM course c, generate_series(1, $2) n WHERE c.id = $1 RETURNING id"
)


async def run() -> list[Figure]:
    """Enrolments a second in each round, against reads of the same session."""
    async with private_stack() as stack:
        cast = Cast.read(stack.places.demo)
        leader = cast.as_(LEADER)
        token = await asyncio.to_thread(cast.token, LEADER)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = {"key": f"bench-{new_id()}", "title": {"sv": "Kurs", "en": "Course"}, "audience": ["nobody"]}
        course = (await asyncio.to_thread(leader.post, "/training/v1/courses", body))["id"]
        people = await _people(stack, course)
        [port] = [each.port for each in stack.record.processes if each.name == "training"]
        ways = [_Way("gateway", cast.gateway), _Way("direct", f"http://127.0.0.1:{port}")]
        for number in range((ROUNDS + 1) * len(ways)):
            await asyncio.sleep(_REFILL)
            planned = await asyncio.to_thread(leader.post, "/training/v1/sessions", _session(course, number))
            path = f"/training/v1/sessions/{planned['id']}"
            # The first round warms caches, plans and pools.
            await ways[number % len(ways)].play(path, headers, people, counts=number >= len(ways))
            shown = await asyncio.to_thread(leader.get, path)
            if (shown["taken"], shown["waiting"]) != (CAPACITY, len(people) - CAPACITY):
                raise RuntimeError(f"the seats are wrong: {shown}")
    return [way.figure(name) for way, name in zip(ways, NAMES, strict=True)]


@dataclass
class _Way:
    """To the service, with what was measured on it."""

    name: str
    base: str
    enrolled: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    async def play(self, path: str, headers: dict[str, str], people: list[str], *, counts: bool) -> None:
        """One rush, and as many reads."""
        url = self.base + path
        requests = [_request(f"{url}/enrolments", headers, person) for person in people]
        begin = time.perf_counter()
        taken = await send_all(url, requests, connections=CONNECTIONS)
        seconds = time.perf_counter() - begin
        begin = time.perf_counter()
        await get_many(url, headers, requests=PEOPLE, connections=CONNECTIONS)
        if counts:
            self.enrolled.append(len(people) / seconds)
            self.read.append(PEOPLE / (time.perf_counter() - begin))
            self.waits += taken

    def figure(self, name: str) -> Figure:
        p50, p99 = (percentile(self.waits, share) * 1e3 for share in (0.5, 0.99))
        seats = f"{PEOPLE} people for {CAPACITY} seats, {CONNECTIONS} at once"
        note = f"{self.name}, {seats}: p50 {p50:.0f} ms, p99 {p99:.0f} ms"
        return against(name, self.enrolled, self.read, unit="requests/s", better="higher", note=note)


async def _people(stack: PrivateStack, course: str) -> list[str]:
    """Put people into training's copy of the roster, as sync's feed does."""
    connection = await stack.connect("training")
    try:
        rows = await connection.fetch(_PEOPLE, course, PEOPLE)
    finally:
        await connection.close()
    return [str(row["id"]) for row in rows]


def _session(course: str, number: int) -> dict[str, object]:
    starts = datetime.now(UTC) + timedelta(days=7 + number)
    ends = starts + timedelta(hours=2)
    times = {"startsAt": starts.isoformat(), "endsAt": ends.isoformat()}
    return {"courseId": course, "place": "Stadshuset", "capacity": CAPACITY, **times}


def _request(url: str, headers: dict[str, str], person: str) -> bytes:
    body = json.dumps({"personId": person}).encode()
    return written(url, headers | {"Idempotency-Key": str(new_id())}, method="POST", body=body)
