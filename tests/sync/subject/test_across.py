"""A data subject is shown by every service and forgotten by every service; a byte search finds nothing left."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from cli.demo_roster.people import DOMAIN
from cli.traces.forms import pattern
from cli.traces.places import in_database, in_redis
from services.identity.roster.tasks import follow_roster as identity_follows
from services.identity.tenant.models import Tenant
from services.sync.loginscope.service import LoginScopeService
from services.sync.settings import Settings
from services.sync.subject.asking import OTHERS, Asker
from services.sync.subject.tasks import subject_jobs
from services.training.address.service import AddressSeal
from services.training.forgetting import release_seats
from services.training.roster.tasks import follow_roster as training_follows
from shared.auth.scopes import Scope
from shared.kit.files import FileStore
from shared.kit.ids import new_id
from shared.queue.asking import InternalCalls
from shared.queue.changes import ChangeFeed
from shared.queue.metrics import Metrics
from shared.queue.runner import JobRunner
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, Start
from tests.sync.town import oneroster_zip, town
from tests.sync.work import load, make_due

ADMIN = "tenant_admin@*"
GIVEN, FAMILY, MAIL = "Ögontröst", "Kvistlundqvist", "ogontrost.kvistlundqvist@norrvik.example"


@dataclass
class House(httpx.AsyncBaseTransport):
    """All services on databases of their own; what one sends to `http://<service>.test` reaches the other's app."""

    services: Mapping[str, ServiceUnderTest]
    down: set[str] = field(default_factory=set)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host.removesuffix(".test")
        if name in self.down:
            raise httpx.ConnectError("down")
        return await httpx.ASGITransport(app=self.services[name].app).handle_async_request(request)

    async def token(self, service: str, tenant: UUID | None = None) -> str:
        scopes = [Scope.persons_read, Scope.persons_write, Scope.changes_read]
        return self.services[service].mint.service_token(service, scopes, tenant)

    @property
    def urls(self) -> dict[str, str]:
        return {name: f"http://{name}.test" for name in self.services}

    async def answer(self) -> None:
        """Run what sync was asked to do about persons."""
        sync = self.services["sync"]
        assert isinstance(sync.settings, Settings)
        store = FileStore(sync.settings.file_key_bytes())
        jobs = subject_jobs(lambda: Asker(InternalCalls(self.urls, self, self)), store, 14)
        await _run(JobRunner(jobs, sync.database, sync.relay, Metrics()))

    async def ask(self, path: str, body: Any, *, by: UUID, status: int) -> dict[str, Any]:
        sync = self.services["sync"]
        headers = sync.as_(ADMIN, subject=by, side="customer")
        response = await sync.client.post(f"/sync/v1/{path}", json=body, headers=headers)
        assert response.status_code == status, response.text
        made: dict[str, Any] = response.json()
        return made

    async def read(self, path: str) -> httpx.Response:
        sync = self.services["sync"]
        return await sync.client.get(f"/sync/v1/{path}", headers=sync.as_(ADMIN, side="customer"))

    async def traces(self, needles: list[str], redis_url: str) -> set[str]:
        wanted = pattern(needles)
        found = {one.place async for one in in_redis(redis_url, wanted)}
        for service in self.services.values():
            async for trace in in_database(service.urls.backup, wanted):
                found.add(f"{service.name}.{trace.place.rpartition('.')[2]}")
        return found


async def _run(runner: JobRunner) -> None:
    while await runner.step() or runner._running:
        for task in list(runner._running):
            await task


@pytest.fixture
async def house(committed_service: Start) -> House:
    names = ("sync", *OTHERS)
    services = {name: await committed_service(name) for name in names}
    for service in services.values():
        service.tenant = services["sync"].tenant
    return House(services)


async def _moved_in(house: House) -> tuple[dict[str, Any], list[str]]:
    """Somebody of the staff whom every service knows; the ids, and what to look for."""
    small = town(pupils=20)
    person = small.of_part("staff")[0]
    person.given, person.family, person.email = GIVEN, FAMILY, MAIL
    sync, identity, training = (house.services[name] for name in ("sync", "identity", "training"))
    async with sync.database.transaction(sync.tenant) as session:
        await LoginScopeService(session).keep(new_id(), DOMAIN)
    await load(sync, oneroster_zip(small))
    async with sync.database.transaction(sync.tenant) as session:
        row = (
            await session.execute(text("SELECT id, login FROM person WHERE family_name = :it"), {"it": FAMILY})
        ).one()
    async with identity.database.transaction(sync.tenant) as session:
        session.add(Tenant(id=sync.tenant, kind="authority", name="Norrvik", slug="norrvik"))
    feed = ChangeFeed(house.urls, house, house)
    await identity_follows(feed)(_Named(identity))
    seal = AddressSeal(training.settings.file_key_bytes())
    await training_follows(feed, seal, release_seats)(_Named(training))
    async with identity.database.transaction(sync.tenant) as session:
        account = await session.scalar(text("SELECT id FROM account WHERE person_id = :id"), {"id": row.id})
    webhook = {"url": "http://127.0.0.1:9/", "eventTypes": ["*"]}
    webhooks = house.services["webhooks"]
    await webhooks.client.post("/webhooks/v1/endpoints", json=webhook, headers=webhooks.as_(ADMIN, subject=account))
    needles = [f"{GIVEN} {FAMILY}", FAMILY, MAIL, person.civic, person.civic.replace("-", "")]
    needles += [row.login] if row.login else []
    return {"person": str(row.id), "account": str(account)}, [one for one in needles if one]


class _Named(Context):
    @property
    def job_id(self) -> UUID:
        return new_id()


async def test_a_person_is_shown_by_all_services_and_after_an_erasure_no_byte_is_left_anywhere(
    house: House, clean_redis: str
) -> None:
    ids, needles = await _moved_in(house)
    before = await house.traces(needles, clean_redis)
    assert before >= {"sync.person", "identity.account", "training.person"}  # the search can find
    asker = new_id()
    export = await _exported(house, ids, asker)

    wanted = {"personId": ids["person"], "ground": "not_needed"}
    path = f"person-erasures/{(await house.ask('person-erasures', wanted, by=asker, status=201))['id']}"
    await house.ask(f"{path}/approvals", None, by=asker, status=409)
    await house.answer()
    assert await house.traces(needles, clean_redis) >= before  # nothing before a second person has said so
    await house.ask(f"{path}/approvals", None, by=new_id(), status=202)
    done = await _answered(house, path, "person-erasure", down="projects")
    assert (done["state"], {one["service"] for one in done["outcomes"] if one["state"] == "done"}) == (
        "done",
        {"sync", *OTHERS},
    )
    assert await house.traces(needles, clean_redis) == set()
    assert (await house.read(f"{export}/content")).status_code == 410
    ledger = (await house.read("erasures")).json()["items"]
    assert {row["personId"] for row in ledger} == {ids["person"], ids["account"]}


async def _exported(house: House, ids: dict[str, Any], asker: UUID) -> str:
    """The path of an export that holds what every service knows."""
    made = await house.ask("person-exports", {"personId": ids["person"]}, by=asker, status=202)
    path = f"person-exports/{made['id']}"
    assert (await house.read(f"{path}/content")).status_code == 409
    assert (await _answered(house, path, "person-export", down="training"))["state"] == "ready"
    found = _opened((await house.read(f"{path}/content")).content)
    assert (found["sync"]["person"][0]["family_name"], found["identity"]["account"]["id"]) == (FAMILY, ids["account"])
    assert found["training"]["person"][0]["display_name"] == f"{GIVEN} {FAMILY}"
    assert len(found["webhooks"]["endpoints"]) == 1
    return path


async def _answered(house: House, path: str, kind: str, *, down: str) -> dict[str, Any]:
    """The request when all have answered. One is down at first: that is not taken for knowing nothing."""
    house.down = {down}
    await house.answer()
    waiting = (await house.read(path)).json()
    faults = {one["service"]: one["fault"] for one in waiting["outcomes"] if one["state"] == "waiting"}
    assert (waiting["state"], faults) == ("running", {down: "unreachable"})
    house.down = set()
    await make_due(house.services["sync"], kind)
    await house.answer()
    answered: dict[str, Any] = (await house.read(path)).json()
    return answered


def _opened(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert FAMILY in file.read("person-data.csv").decode("utf-8-sig")
        assert "Indkaldelser og mails" in file.read("about.da.txt").decode()
        found: dict[str, Any] = json.loads(file.read("person-data.json"))
        return found
