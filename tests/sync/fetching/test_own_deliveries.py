"""What a fetch adds to, or calls unchanged, is what a fetch brought: never what somebody has sent by hand since."""

import hashlib
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from cli.demo_roster import ss12000
from services.sync.fetching.connector import Connector, Fetch, Fetched, Probed
from services.sync.fetching.errors import SourceRefused
from services.sync.fetching.registry import CONNECTORS
from services.sync.fetching.service import FETCH_JOB
from services.sync.fetching.tasks import handlers
from services.sync.settings import Settings
from tests.support.jobs import Context
from tests.support.registers import Ss12000Register, served
from tests.support.registers.base import CLIENT_ID, CLIENT_SECRET
from tests.support.services import ServiceUnderTest, Start
from tests.sync.fetching.harness import answering, ask, declare
from tests.sync.town import town
from tests.sync.work import LOADER, read, send

BY_HAND = b"no package at all"


async def fetch(sync: ServiceUnderTest, source_id: str, *connectors: Connector) -> dict[str, Any]:
    asked = await ask(sync, source_id)
    assert asked.status_code == 202, asked.text
    assert isinstance(sync.settings, Settings)
    reached = {"https_file": connectors[0]} if connectors else CONNECTORS
    await handlers(sync.settings, reached)[FETCH_JOB](Context(sync, fetchId=asked.json()["id"]))
    return await read(sync, f"/sync/v1/sources/{source_id}/fetches/{asked.json()['id']}")


class Breaking:
    """A connector that has something to note, and brings nothing."""

    def __init__(self) -> None:
        self.remembered: list[dict[str, Any]] = []

    async def fetch(self, fetch: Fetch) -> Fetched:
        self.remembered.append(dict(fetch.memory))
        await fetch.remember({"day": "2026-11-22", "times": len(self.remembered)})
        raise SourceRefused(httpStatus=401)

    async def probe(self, fetch: Fetch) -> Probed:
        return Probed()


async def test_what_a_fetch_noted_is_known_to_the_next_although_it_failed(service: Start) -> None:
    sync, connector = await service("sync"), Breaking()
    source_id = await declare(sync, {"kind": "https_file", "url": "http://127.0.0.1:9"})
    for _ in range(3):
        with pytest.raises(SourceRefused):
            await fetch(sync, source_id, connector)
    assert connector.remembered == [{}, *({"day": "2026-11-22", "times": times} for times in (1, 2))]


async def announce_by_hand(sync: ServiceUnderTest, **named: str) -> httpx.Response:
    body = {"size": len(BY_HAND), "sha256": hashlib.sha256(BY_HAND).hexdigest(), **named}
    return await sync.client.post("/sync/v1/uploads", json=body, headers=sync.as_(LOADER))


async def test_changes_of_a_register_are_not_merged_into_what_was_sent_by_hand(service: Start) -> None:
    sync, register = await service("sync"), Ss12000Register(ss12000.objects(town(20)))
    pupil = next(row for row in register.objects["persons"].values() if row["enrolments"])
    async with served(register.app) as url:
        reached = {"kind": "ss12000", "baseUrl": f"{url}/v2.0", "tokenUrl": f"{url}/token", "clientId": CLIENT_ID}
        more: dict[str, Any] = {"kind": "ss12000_package", "credentials": {"clientSecret": CLIENT_SECRET}}
        source_id = await declare(sync, reached, autoRun=False, **more)
        whole = []
        for name in ("Alva", "Bo", "Cleo", "Dag"):
            register.put("persons", pupil | {"givenName": name})
            if name == "Cleo":
                await send(sync, await announce_by_hand(sync, sourceId=source_id), BY_HAND)
            fetched = await fetch(sync, source_id)
            assert fetched["state"] == "stored"
            whole.append(fetched["proof"]["whole"])
    assert whole == [True, False, True, False]


async def test_unchanged_is_said_of_what_was_fetched_and_not_of_what_was_sent_by_hand_since(service: Start) -> None:
    sync = await service("sync")

    async def tagged(request: Request) -> Response:
        if request.headers.get("if-none-match"):
            return Response(status_code=304)
        return Response(b"as the source has it", headers={"ETag": '"a"'}, media_type="application/zip")

    async with answering(tagged) as url:
        source_id = await declare(sync, {"kind": "https_file", "url": url}, autoRun=False)
        early = await announce_by_hand(sync, sourceId=source_id)
        first = await fetch(sync, source_id)
        async with sync.database.transaction(sync.tenant) as session:
            await session.execute(text("UPDATE source SET auto_run = true"))
        for announced in (early, await announce_by_hand(sync, kind="oneroster_zip", source="elevregister")):
            assert (await send(sync, announced, BY_HAND)).status_code == 200
            again = await fetch(sync, source_id)
            assert (again["state"], again["uploadId"]) == ("unchanged", first["uploadId"])
            assert again["runId"] is None, "somebody may have sent something newer on purpose"
            async with sync.database.transaction(sync.tenant) as session:
                await session.execute(
                    text("UPDATE upload SET state = 'erased' WHERE id = :id"), {"id": announced.json()["id"]}
                )
        assert (await fetch(sync, source_id))["runId"] is not None
