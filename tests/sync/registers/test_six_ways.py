"""The same municipality fetched in all six ways, each by a real fetch from a real server: one state of the roster."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from starlette.requests import Request
from starlette.responses import Response

from cli.demo_roster import Municipality, joined, oneroster, ss12000, stil
from cli.demo_roster.people import DOMAIN
from cli.demo_roster.variants import common
from services.sync.history.hashing import state_digests
from services.sync.loginscope.service import LoginScopeService
from shared.kit.ids import new_id
from tests.support.registers import OneRosterRegister, Ss12000Register, StilRegister, served
from tests.support.registers.base import CLIENT_ID, CLIENT_SECRET
from tests.support.registers.oneroster import BASE
from tests.support.registers.stil import SYSTEM_ID, Identity
from tests.support.services import ServiceUnderTest, Start
from tests.sync.fetching.harness import answering, declare
from tests.sync.registers.agreed import agreed
from tests.sync.town import town
from tests.sync.work import LOADER, approve, read, work

# National numbers count by the tenant's key, so that only one tenant's states can be equal.
TENANT = UUID("0192c3a0-0000-7000-8000-000000000005")
KINDS = {
    "joined": ("joined_files", "joined"),
    "oneroster": ("oneroster_zip", "oneroster-1.2"),
    "oneroster_rest": ("oneroster_zip", "oneroster-1.2"),
    "ss12000": ("ss12000_package", "ss12000-2.1"),
    "stil": ("stil_xml", "stil-ws17"),
    "stil_ws17": ("stil_xml", "stil-ws17"),
}
_CLIENT = {"clientId": CLIENT_ID, "pageSize": 60}


@asynccontextmanager
async def serving(way: str, told: Municipality) -> AsyncIterator[tuple[dict[str, Any], dict[str, str]]]:
    """A server that has the municipality in this way: how a source reaches it, and with which secrets."""
    if way == "oneroster_rest":
        async with served(OneRosterRegister(told).app) as url:
            reached = {"kind": way, "baseUrl": url + BASE, "tokenUrl": url + "/token", **_CLIENT}
            yield reached, {"clientSecret": CLIENT_SECRET}
    elif way == "ss12000":
        async with served(Ss12000Register(ss12000.objects(told)).app) as url:
            reached = {"kind": way, "baseUrl": url + "/v2.0", "tokenUrl": url + "/token", **_CLIENT}
            yield reached, {"clientSecret": CLIENT_SECRET}
    elif way == "stil_ws17":
        supplier = Identity.make()
        async with served(StilRegister(told, supplier).app) as url:
            schools = [unit.id for unit in told.units]
            reached = {"kind": way, "url": f"{url}/bpi/wsieksport/7", "systemId": SYSTEM_ID, "institutions": schools}
            yield reached | {"certificate": supplier.certificate}, {"privateKey": supplier.key}
    else:
        content = {
            "joined": lambda: joined.write(told, frozenset()),
            "oneroster": lambda: oneroster.write(told, frozenset()),
            "stil": lambda: stil.write(told),
        }[way]()

        async def answer(_: Request) -> Response:
            return Response(content, media_type="application/zip")

        async with answering(answer) as url:
            yield {"kind": "https_file", "url": f"{url}/delivery.zip"}, {}


async def bring_in(service: ServiceUnderTest, way: str, told: Municipality) -> tuple[str, dict[str, int]]:
    """Declare the source, fetch, approve, apply; the hash of the roster, and how many rows of each kind it has."""
    service.tenant = TENANT
    async with service.database.transaction(TENANT) as session:
        await LoginScopeService(session).keep(new_id(), DOMAIN)
    kind, profile = KINDS[way]
    async with serving(way, told) as (reached, secrets):
        more = {"credentials": secrets} if secrets else {}
        source = await declare(service, reached, kind=kind, mapping=agreed(profile, "dk"), **more)
        path = f"/sync/v1/sources/{source}/fetches"
        asked = await service.client.post(path, headers=service.as_(LOADER))
        assert asked.status_code == 202, asked.text
        await work(service)
        fetched = await read(service, f"{path}/{asked.json()['id']}")
    assert fetched["state"] == "stored", fetched
    run = await read(service, f"/sync/v1/runs/{fetched['runId']}")
    assert run["state"] == "planned", run
    await approve(service, run)
    await approve(service, run, subject=new_id())
    await work(service)
    assert (await read(service, f"/sync/v1/runs/{fetched['runId']}"))["state"] == "applied"
    async with service.database.transaction(TENANT) as session:
        return await state_digests(session)


@pytest.mark.slow
async def test_six_ways_bring_in_the_same_municipality(committed_service: Start) -> None:
    told = common(town(80))
    states = {way: await bring_in(await committed_service("sync"), way, told) for way in KINDS}
    assert {way: counts for way, (_, counts) in states.items()} == dict.fromkeys(KINDS, states["joined"][1])
    assert len({digest for digest, _ in states.values()}) == 1
