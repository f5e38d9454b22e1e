"""A projects service under test, a project made from the shipped template, and facts as other services tell them."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.projects.intake.tasks import on_coverage_changed, on_roster_applied
from shared.contracts.base import Event, EventEnvelope
from shared.contracts.sync import RosterApplied
from shared.contracts.training import CoverageChanged
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue import child
from tests.support.databases import Clone
from tests.support.services import ServiceUnderTest, Start, start_service

BASE = "/projects/v1"
LEADER, APPROVER = "project_leader@*", "approver@*"

CHOICES: dict[str, Any] = {
    "startMonth": "2027-03",
    "parties": [{"side": "customer", "name": "Björkby kommun"}, {"side": "supplier", "name": "Skolverktyg AB"}],
}
CREATE: dict[str, Any] = CHOICES | {
    "name": "Skolplattform 2027",
    "templateKey": "sv-supplier-5-phase",
    "templateVersion": "1.0.0",
}


@pytest.fixture(autouse=True)
def children_are_forked(forked_children: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a child may and what becomes of one that dies is proven in tests/shared/queue."""
    monkeypatch.setattr(child, "sys", forked_children)


@dataclass
class Rollout:
    """A project and short ways to its parts."""

    service: ServiceUnderTest
    id: str

    async def get(self, path: str, **claims: Any) -> httpx.Response:
        headers = self.service.as_(LEADER, APPROVER, **claims)
        return await self.service.client.get(BASE + path, headers=headers)

    async def activity(self, source_ref: str) -> dict[str, Any]:
        listed = (await self.get(f"/projects/{self.id}/activities?limit=200")).json()["items"]
        activity: dict[str, Any] = next(row for row in listed if row["sourceRef"] == source_ref)
        return activity

    async def gate(self, key: str) -> dict[str, Any]:
        listed = (await self.get(f"/projects/{self.id}/gates")).json()["items"]
        gate: dict[str, Any] = next(row for row in listed if row["key"] == key)
        return gate

    async def patch(
        self, source_ref: str, change: dict[str, Any], *roles: str, version: int | None = None, **claims: Any
    ) -> httpx.Response:
        activity = await self.activity(source_ref)
        etag = f'"{version or activity["version"]}"'
        headers = self.service.as_(*(roles or (LEADER,)), **claims) | {"If-Match": etag}
        return await self.service.client.patch(f"{BASE}/activities/{activity['id']}", json=change, headers=headers)

    async def decide(
        self, key: str, what: str, body: dict[str, Any] | None = None, *roles: str, **claims: Any
    ) -> httpx.Response:
        gate = await self.gate(key)
        headers = self.service.as_(*(roles or (APPROVER,)), **claims)
        return await self.service.client.post(f"{BASE}/gates/{gate['id']}/{what}", json=body, headers=headers)

    async def criterion(self, gate_key: str, key: str) -> dict[str, Any]:
        gate = await self.gate(gate_key)
        criterion: dict[str, Any] = next(row for row in gate["criteria"] if row["key"] == key)
        return criterion


@dataclass(frozen=True)
class Standing:
    """Where the project of the worker's database stands."""

    tenant: UUID
    project: str


@pytest.fixture(scope="session")
async def standing(worker_database: Clone, redis_url: str) -> Standing:
    """A project that is there before the tests: making one costs more than most of them do."""
    urls = await worker_database("projects")
    async with AsyncExitStack() as stack:
        made = await start_service("projects", urls, redis_url, stack, rolls_back=False)
        return Standing(made.tenant, (await _created(made)).id)


@pytest.fixture
async def projects(service: Start, request: pytest.FixtureRequest) -> ServiceUnderTest:
    """projects on a database that is rolled back, in the tenant of the standing project where a test asks for it."""
    started = await service("projects")
    if "standing" in request.fixturenames:
        found: Standing = request.getfixturevalue("standing")
        started.tenant = found.tenant
    return started


async def _created(service: ServiceUnderTest, **changed: Any) -> Rollout:
    answer = await service.client.post(f"{BASE}/projects", json=CREATE | changed, headers=service.as_(LEADER, APPROVER))
    assert answer.status_code == 201, answer.text
    return Rollout(service, answer.json()["id"])


CreateRollout = Callable[..., Awaitable[Rollout]]


@pytest.fixture
async def create_rollout(projects: ServiceUnderTest) -> CreateRollout:
    """Makes a project from the shipped template."""

    async def create(**changed: Any) -> Rollout:
        return await _created(projects, **changed)

    return create


@pytest.fixture
async def rollout(standing: Standing, projects: ServiceUnderTest) -> Rollout:
    """The standing project; what a test does to it is rolled back."""
    return Rollout(projects, standing.project)


class Facts:
    """Tells facts as the consumer would: the handler in one transaction of the tenant."""

    def __init__(self, service: ServiceUnderTest) -> None:
        self._service = service
        self.position = 0

    async def roster_applied(self, *, origin: str = "run", at: datetime | None = None) -> None:
        event = RosterApplied(
            run_id=new_id(),
            origin=origin,
            version_from=0,
            version_to=1,
            counts={},
        )
        await self._tell(on_roster_applied, event, "sync", at)

    async def coverage(
        self, trained: int, needed: int, *, role: str = "key_person", unit: Any = None, position: int | None = None
    ) -> None:
        event = CoverageChanged(coverage_id=new_id(), unit_id=unit, role=role, trained=trained, needed=needed)
        await self._tell(on_coverage_changed, event, "training", None, position)

    async def tell(self, handler: Any, event: Event, source: str, position: int | None = None) -> None:
        """Any event of a service, handed to its handler."""
        await self._tell(handler, event, source, None, position)

    async def _tell(
        self, handler: Any, event: Event, source: str, at: datetime | None, position: int | None = None
    ) -> None:
        self.position += 1
        envelope = EventEnvelope(
            id=new_id(),
            type=event.type,
            version=1,
            source=source,
            tenant=self._service.tenant,
            subject=event.subject,
            occurred_at=at or clock.now(),
            position=position or self.position,
            data=event.to_data(),
        )
        async with self._service.database.transaction(self._service.tenant) as session:
            await handler(session, envelope, event)


@pytest.fixture
def facts(projects: ServiceUnderTest) -> Facts:
    return Facts(projects)
