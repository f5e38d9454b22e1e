"""The content of a package can be erased, by whoever has seen its present state; the record of it stays."""

from typing import Any

import httpx
from sqlalchemy import text

from tests.support.services import ServiceUnderTest, Start
from tests.sync.outbound.packages import declared, platform, produced
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, load

_CHUNKS = (
    "SELECT count(*) FROM stored_file f JOIN stored_file_chunk c ON c.tenant_id = f.tenant_id AND c.file_id = f.id"
    " WHERE f.sha256 = :sha256"
)


async def erased(service: ServiceUnderTest, delivery: str, version: str | None = None) -> tuple[int, Any]:
    """Status and body; `version` instead of the present one."""
    path = f"/sync/v1/outbound-deliveries/{delivery}"
    shown = await service.client.get(path, headers=service.as_(LOADER))
    headers = service.as_(LOADER) | {"If-Match": version or shown.headers["etag"]}
    answer = await service.client.delete(f"{path}/content", headers=headers)
    return answer.status_code, answer.json()


async def content(service: ServiceUnderTest, delivery: str) -> httpx.Response:
    path = f"/sync/v1/outbound-deliveries/{delivery}/content"
    return await service.client.get(path, headers=service.as_(LOADER))


async def test_content_is_erased_once_and_for_all_and_the_record_of_it_stays(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town(20)))
    made = await produced(sync, await declared(sync))
    assert (await erased(sync, made["id"], '"999"'))[0] == 412
    async with sync.database.transaction(sync.tenant) as session:
        assert await session.scalar(text(_CHUNKS), {"sha256": made["sha256"]}) > 0
    assert (await content(sync, made["id"])).status_code == 200
    status, shown = await erased(sync, made["id"])
    assert (status, shown["isErased"], shown["sha256"]) == (200, True, made["sha256"])
    gone = await content(sync, made["id"])
    assert (gone.status_code, gone.json()["type"].rsplit("/", 1)[-1]) == (409, "outbound-content-erased")
    assert (await erased(sync, made["id"]))[0] == 200
    async with sync.database.transaction(sync.tenant) as session:
        assert await session.scalar(text(_CHUNKS), {"sha256": made["sha256"]}) == 0


async def test_content_that_is_being_made_or_sent_is_not_erased(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town(20)))
    body = {"templateId": await declared(sync, key="annan"), "mode": "total"}
    queued = await sync.client.post("/sync/v1/outbound-deliveries", json=body, headers=sync.as_(LOADER))
    assert (await erased(sync, queued.json()["id"]))[0] == 409
    async with platform(503) as there:
        destination = {"kind": "https", "url": there.url}
        sending = await produced(sync, await declared(sync, destination=destination, autoSend=True))
    assert sending["state"] == "sending"
    assert (await erased(sync, sending["id"]))[0] == 409
    assert (await content(sync, sending["id"])).status_code == 200
