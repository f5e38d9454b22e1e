"""`make capacity`: what operations cost on a whole stack, by process, and whether their sum holds for a mix.

Each kind of operation is played alone through the gateway; the CPU seconds of every process are counted until queues
are empty again, less what the idle stack spends. Then the morning's mix is played in an open loop, scaled down to what
this machine bears, and what was spent is compared with the model. Writes cli/capacity/measured.json, docs/capacity.md.
"""

import asyncio
import hashlib
import json
import os
import platform
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import psutil

from cli.capacity.model import MEASURED, Measured, busy, rates, read_assumptions
from cli.capacity.report import main as write_document
from cli.demo.cast import APPROVER, LEADER, REGISTER, Cast
from cli.demo_roster import oneroster
from cli.demo_roster.municipality import build
from shared.kit.ids import new_id
from tests.benchmarks.measure import cpu_seconds, percentile
from tests.benchmarks.private_stack import PrivateStack, private_stack
from tests.benchmarks.saml_logins import Player

TIMES = 150
CONNECTIONS = 3
PUPILS = 3000
# The mix is played for so long, at a pace that leaves a core to the client and to whatever else the machine does.
MIX_SECONDS = 60
MIX_CORES = 0.6
# After an operation events still travel; the sweep looks every few seconds.
_SETTLE = 4.0
_IDLE_SECONDS = 20
SCOPES = "projects:read courses:read sessions:read enrolments:read enrolments:write"
Costs = dict[str, float]
Operation = Callable[[], Awaitable[None]]


@dataclass
class Bench:
    """A stack, and who calls it."""

    stack: PrivateStack
    cast: Cast
    player: Player
    client: httpx.AsyncClient
    people: list[str]
    session: str
    idle: Costs

    def seconds(self) -> Costs:
        """CPU seconds of each process so far."""
        return {note.name: cpu_seconds([note.pid]) for note in self.stack.record.processes if note.pid is not None}

    async def spent(self, work: Callable[[], Awaitable[None]]) -> tuple[Costs, float]:
        """What each process spent on `work` beyond what it spends idle, and how long it took."""
        before, begin = self.seconds(), time.monotonic()
        await work()
        took = time.monotonic() - begin
        await asyncio.sleep(_SETTLE)
        rested = time.monotonic() - begin
        after = self.seconds()
        return {name: max(0.0, after[name] - before[name] - self.idle.get(name, 0.0) * rested) for name in after}, took


async def measure() -> Measured:
    """Everything, on a stack of its own; ten minutes or so."""
    async with private_stack() as stack, httpx.AsyncClient(trust_env=False, timeout=60) as client:
        bench = await _bench(stack, client)
        empty = await _database_bytes(stack)
        delivery = oneroster.write(build(pupils=PUPILS, seed=8, staff_share=0.12), frozenset())
        people, new = await _roster(bench, delivery)
        _, seen = await _roster(bench, delivery)
        grown = (await _database_bytes(stack) - empty) / people
        operations = (await _visitor(bench)).operations
        cpu = {name: await _alone(bench, operation) for name, operation in operations.items()}
        check = await _mixed(bench, operations, cpu)
        memory = {
            note.name: float(psutil.Process(note.pid).memory_info().rss)
            for note in stack.record.processes
            if note.pid is not None and note.name != "demo-idp"
        }
        await bench.player.close()
    return Measured(
        cpu={name: _without_idp(cost) for name, cost in cpu.items()},
        roster_new=_without_idp(new),
        roster_seen=_without_idp(seen),
        memory=memory,
        bytes_per_person=grown,
        check=check,
        machine=f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        measured_on=datetime.now(UTC).date().isoformat(),
    )


async def _bench(stack: PrivateStack, client: httpx.AsyncClient) -> Bench:
    cast = Cast.read(stack.places.demo)
    directory = json.loads((stack.places.keys / "demo-idp.json").read_text())
    idp = next(note.port for note in stack.record.processes if note.name == "demo-idp")
    player = Player(cast.gateway, cast.gateway, cast.facts, directory, f"http://127.0.0.1:{idp}")
    bench = Bench(stack, cast, player, client, [], "", {})
    await asyncio.sleep(_SETTLE)
    before = bench.seconds()
    await asyncio.sleep(_IDLE_SECONDS)
    bench.idle = {name: (spent - before[name]) / _IDLE_SECONDS for name, spent in bench.seconds().items()}
    return bench


async def _roster(bench: Bench, content: bytes) -> tuple[int, Costs]:
    """Deliver, plan, approve and apply; how many persons, and CPU seconds by process for each."""
    register, approver = bench.cast.as_(REGISTER), bench.cast.as_(APPROVER)
    counted = 0

    def deliver() -> None:
        nonlocal counted
        told = {"kind": "oneroster_zip", "source": "capacity", "size": len(content)}
        upload = register.post("/sync/v1/uploads", told | {"sha256": hashlib.sha256(content).hexdigest()})
        headers = {"If-Match": '"1"', "Content-Type": "application/octet-stream"}
        register.send("PUT", upload["contentPath"], content=content, headers=headers)
        accepted = register.post("/sync/v1/runs", {"uploadId": upload["id"]}, expect=202)
        register.wait_for_job("sync", accepted["jobId"])
        run = register.get(f"/sync/v1/runs/{accepted['id']}")
        counted = sum(run["counts"]["person"].values())
        if run["state"] != "planned":
            return
        body = {"planHash": run["planHash"]}
        approved = register.post(f"/sync/v1/runs/{run['id']}/approvals", body, expect=202)
        if approved["jobId"] is None:
            approved = approver.post(f"/sync/v1/runs/{run['id']}/approvals", body, expect=202)
        register.wait_for_job("sync", approved["jobId"])

    cost, _ = await bench.spent(lambda: asyncio.to_thread(deliver))
    return counted, {name: seconds / counted for name, seconds in cost.items()}


class Visitor:
    """Does what people do in the morning, as one of them: every operation of the assumptions, by name."""

    def __init__(self, bench: Bench, tokens: Mapping[str, str]) -> None:
        self._bench = bench
        self._refresh_token = tokens["refresh_token"]
        self._headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        self._waiting = iter(bench.people)
        self._one_at_a_time = asyncio.Lock()

    @property
    def operations(self) -> dict[str, Operation]:
        return {
            "login": self._login,
            "refresh": self._refresh,
            "me": self._reading("/identity/v1/me"),
            "my_work": self._reading("/projects/v1/my-work"),
            "projects": self._reading("/projects/v1/projects"),
            "sessions": self._reading("/training/v1/sessions"),
            "courses": self._reading("/training/v1/courses"),
            "enrol": self._enrol,
        }

    async def _login(self) -> None:
        await self._bench.player.arrive(await self._bench.player.begin())

    def _reading(self, path: str) -> Operation:
        async def read() -> None:
            answer = await self._bench.client.get(self._bench.cast.gateway + path, headers=self._headers)
            answer.raise_for_status()

        return read

    async def _refresh(self) -> None:
        async with self._one_at_a_time:  # each refresh token is good for once
            form = {"grant_type": "refresh_token", "client_id": "demo-app", "refresh_token": self._refresh_token}
            answer = await self._bench.client.post(f"{self._bench.cast.gateway}/oauth2/token", data=form)
            answer.raise_for_status()
            self._refresh_token = answer.json()["refresh_token"]
            self._headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    async def _enrol(self) -> None:
        url = f"{self._bench.cast.gateway}/training/v1/sessions/{self._bench.session}/enrolments"
        sent = self._headers | {"Idempotency-Key": str(new_id())}
        answer = await self._bench.client.post(url, json={"personId": next(self._waiting)}, headers=sent)
        answer.raise_for_status()


async def _visitor(bench: Bench) -> Visitor:
    """The project leader, with a session to enrol the roster's people into."""
    leader = bench.cast.as_(LEADER)
    tenant = next(
        tenant["slug"] for tenant in bench.cast.facts["tenants"] if tenant["id"] == bench.cast.facts["tenant"]
    )
    scope = f"openid offline_access {SCOPES}"
    tokens = await asyncio.to_thread(bench.cast.tokens, LEADER, tenant, scope)
    body = {"key": f"capacity-{new_id()}", "title": {"sv": "Kurs", "en": "Course"}, "audience": ["nobody"]}
    course = (await asyncio.to_thread(leader.post, "/training/v1/courses", body))["id"]
    starts = datetime.now(UTC) + timedelta(days=7)
    times = {"startsAt": starts.isoformat(), "endsAt": (starts + timedelta(hours=2)).isoformat()}
    planned = {"courseId": course, "place": "Stadshuset", "capacity": 5000, **times}
    bench.session = (await asyncio.to_thread(leader.post, "/training/v1/sessions", planned))["id"]
    connection = await bench.stack.connect("training")
    bench.people = [str(row["id"]) for row in await connection.fetch("SELECT id FROM person WHERE NOT protected")]
    await connection.close()
    return Visitor(bench, tokens)


async def _alone(bench: Bench, operation: Operation) -> Costs:
    """CPU seconds of one operation by process."""

    async def play(times: int) -> None:
        async def some() -> None:
            for _ in range(times // CONNECTIONS):
                await operation()
                await asyncio.sleep(0.01)  # one caller may ask a hundred times a second

        await asyncio.gather(*(some() for _ in range(CONNECTIONS)))

    await play(CONNECTIONS * 5)  # warms caches, plans and pools
    await asyncio.sleep(_SETTLE)
    cost, _ = await bench.spent(lambda: play(TIMES))
    return {name: seconds / TIMES for name, seconds in cost.items()}


async def _mixed(bench: Bench, operations: Mapping[str, Operation], cpu: Mapping[str, Costs]) -> dict[str, Any]:
    """The morning's mix of one municipality, at a pace that the machine bears."""
    asked = rates(read_assumptions(), "municipality")
    whole = sum(rate * sum(cpu[name].values()) for name, rate in asked.items())
    work = [name for name, rate in asked.items() for _ in range(round(rate * MIX_CORES / whole * MIX_SECONDS))]
    random.Random(8).shuffle(work)
    played = _Played(operations, work)
    cost, took = await bench.spent(played.play)
    done = {name: work.count(name) / took for name in asked}
    modelled = busy(Measured(cpu, {}, {}, {}, 0, {}, "", ""), done)
    spent = _without_idp(cost)
    return {
        "cores_by_process": {
            name: {"measured": seconds / took, "modelled": modelled.get(name, 0.0)} for name, seconds in spent.items()
        },
        "run": {
            "visits": work.count("login"),
            "visits_per_second": done["login"],
            "requests": len(work) + 3 * work.count("login"),
            "failed": played.failed,
            "p50_ms": percentile(played.taken, 0.5) * 1e3,
            "p99_ms": percentile(played.taken, 0.99) * 1e3,
        },
    }


class _Played:
    """An open loop: each operation begins when it is due, however slow the others are."""

    def __init__(self, operations: Mapping[str, Operation], work: Sequence[str]) -> None:
        self._operations, self._work = operations, work
        self.taken: list[float] = []
        self.failed = 0

    async def play(self) -> None:
        begin = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number, name in enumerate(self._work):
                await asyncio.sleep(max(0.0, begin + number * MIX_SECONDS / len(self._work) - time.monotonic()))
                group.create_task(self._one(name))

    async def _one(self, name: str) -> None:
        start = time.monotonic()
        try:
            await self._operations[name]()
        except (httpx.HTTPError, KeyError):
            self.failed += 1
        self.taken.append(time.monotonic() - start)


async def _database_bytes(stack: PrivateStack) -> float:
    connection = await stack.connect("sync")
    try:
        await connection.execute("CHECKPOINT")
        return float(await connection.fetchval("SELECT sum(pg_database_size(oid)) FROM pg_database"))
    finally:
        await connection.close()


def _without_idp(costs: Mapping[str, float]) -> Costs:
    return {name: cost for name, cost in costs.items() if name != "demo-idp"}


def main() -> None:
    """See the module's docstring."""
    measured = asyncio.run(measure())
    MEASURED.write_bytes(orjson.dumps(measured, option=orjson.OPT_INDENT_2) + b"\n")
    write_document([])


if __name__ == "__main__":
    main()
