"""The three key-person risks of the source rise and fall by themselves, through the code of both services."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import text

from services.projects.worker import worker_spec as projects_worker
from services.training.settings import Settings
from services.training.worker import worker_spec as training_worker
from shared.contracts.base import Event, EventEnvelope
from shared.contracts.registry import CONTRACTS
from shared.contracts.sync_access import AccountSeen
from shared.kit import clock
from shared.queue.changes import ChangeFeed
from shared.queue.metrics import Metrics
from shared.queue.runner import JobRunner
from shared.queue.worker import WorkerSpec
from tests.projects.conftest import APPROVER, BASE, CREATE, LEADER
from tests.support.jobs import Tokens
from tests.support.services import ServiceUnderTest, Start
from tests.support.training import create_session, enrol
from tests.training.signal.facts import held, key_persons, refresh, see, set_wave

FEED = ChangeFeed({}, Tokens(), httpx.MockTransport(lambda _: httpx.Response(503)))


@dataclass
class Worker:
    """The worker of one service, told by hand what the training service's feed holds."""

    service: ServiceUnderTest
    spec: WorkerSpec
    read: int = 0

    async def follow(self, training: ServiceUnderTest) -> None:
        """Apply what the training service has published since, then do the jobs that it asked for."""
        handlers = {event.type: handler for event, handler in self.spec.consumes["training"].items()}
        async for envelope, event in self._news(training):
            if event.type in handlers:
                async with self.service.database.transaction(self.service.tenant) as session:
                    await handlers[event.type](session, envelope, event)
        kinds = ["signals.refresh", "gates.recheck"]
        async with self.service.database.transaction(self.service.tenant) as session:
            # Not those of tomorrow: a day's look at the risks is asked for each day. A burst within seconds asks once;
            # here its time is over, so what comes next asks anew.
            due = text(
                "UPDATE job SET run_after = now(), slot = slot || id"
                " WHERE kind = ANY(:kinds) AND run_after < now() + interval '10 seconds'"
            )
            await session.execute(due, {"kinds": kinds})
        runner = JobRunner(self.spec.jobs, self.service.database, self.service.relay, Metrics())
        while await runner.step() or runner._running:
            for job in list(runner._running):
                await job

    async def _news(self, training: ServiceUnderTest) -> AsyncIterator[tuple[EventEnvelope, Event]]:
        query = text("SELECT * FROM outbox WHERE seq > :read ORDER BY seq")
        async with training.relay.transaction(None) as session:
            rows = (await session.execute(query, {"read": self.read})).all()
        for row in rows:
            self.read = row.seq
            envelope = EventEnvelope(
                id=row.id, type=row.type, version=1, source="training", tenant=row.tenant_id, subject=row.subject,
                occurred_at=row.occurred_at, position=row.seq, data=row.data,
            )  # fmt: skip
            yield envelope, CONTRACTS[row.type].model_validate(row.data)


@dataclass
class Both:
    """Training and projects of one authority, with their workers."""

    training: ServiceUnderTest
    projects: ServiceUnderTest
    ours: Worker
    theirs: Worker
    project: str

    async def risks(self) -> tuple[str, ...]:
        """The states of HAN-K09, K10 and K11 after everything was told."""
        await self.ours.follow(self.training)
        await self.theirs.follow(self.training)
        url = f"{BASE}/projects/{self.project}/risks?limit=100"
        rows = (await self.projects.client.get(url, headers=self.projects.as_(LEADER))).json()["items"]
        states = {row["sourceRef"]: row["trigger"]["state"] for row in rows if row["trigger"]}
        kept = await self._kept()
        assert all(kept[ref] == states[ref] for ref in kept), "what is shown is what was kept and told"
        return tuple(states[f"HAN-K{number:02}"] for number in (9, 10, 11))

    async def _kept(self) -> dict[str, str]:
        query = text("SELECT source_ref, trigger_state FROM risk WHERE source_ref = ANY(:refs)")
        async with self.projects.database.transaction(self.projects.tenant) as session:
            rows = await session.execute(query, {"refs": ["HAN-K09", "HAN-K10", "HAN-K11"]})
            return {row.source_ref: row.trigger_state for row in rows}


async def together(start: Start) -> Both:
    training = await start("training")
    projects = replace(await start("projects"), tenant=training.tenant)
    body = CREATE | {"templateVersion": "1.2.0", "options": {"gate_needs_key_persons": True}}
    made = await projects.client.post(f"{BASE}/projects", json=body, headers=projects.as_(LEADER, APPROVER))
    assert made.status_code == 201, made.text
    assert isinstance(training.settings, Settings)
    ours = Worker(training, training_worker(training.settings, FEED))
    return Both(training, projects, ours, Worker(projects, projects_worker(FEED)), made.json()["id"])


async def criterion(both: Both, key: str) -> str:
    url = f"{BASE}/projects/{both.project}/gates"
    gates = (await both.projects.client.get(url, headers=both.projects.as_(LEADER))).json()["items"]
    found: dict[str, Any] = {one["key"]: one["state"] for gate in gates for one in gate["criteria"]}
    return str(found[key])


async def test_the_key_person_risks_rise_and_fall_by_themselves(committed_service: Start) -> None:
    both = await together(committed_service)
    training = both.training
    school = await key_persons(training, 2)
    first, second = school["people"]
    await set_wave(training, school["unit"], (clock.today() + timedelta(days=60)).isoformat())
    assert await both.risks() == ("unknown", "quiet", "unknown")
    assert await criterion(both, "key-persons-everywhere") == "unmet"

    await set_wave(training, school["unit"], (clock.today() + timedelta(days=20)).isoformat())
    assert await both.risks() == ("unknown", "triggered", "unknown"), "no time: four weeks left and no seat"
    coming = await create_session(training, school["course"], minutes=2000)
    for person in school["people"]:
        await enrol(training, coming, person)
    assert await both.risks() == ("unknown", "quiet", "unknown")

    await held(training, school["course"], {first: "attended", second: "no_show"}, minutes=-1600)
    ended = clock.now() - timedelta(minutes=1480)
    assert await both.risks() == ("triggered", "quiet", "unknown"), "half of them came; no platform tells of access"
    assert await criterion(both, "key-persons-everywhere") == "met"

    account = {"person_id": first, "is_active": True}
    await look(both, [AccountSeen(**account)])
    assert await both.risks() == ("triggered", "quiet", "triggered"), "an account that nobody used"
    await look(both, [AccountSeen(**account, last_login_on=ended.date())])
    assert await both.risks() == ("triggered", "quiet", "quiet")

    await held(training, school["course"], {second: "attended"}, minutes=-200)
    assert await both.risks() == ("quiet", "quiet", "quiet"), "who missed it came to a later session"


async def look(both: Both, accounts: list[AccountSeen]) -> None:
    """What the job does that follows the platform."""
    await see(both.training, accounts, clock.now())
    await refresh(both.training)
