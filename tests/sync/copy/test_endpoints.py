"""The log of copies: every stored file stands in it, none is erased unnoticed, each goes when its time is over."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from services.sync.copy.tasks import SWEEP, handlers
from services.sync.plan.models import Run
from services.sync.settings import Settings
from services.sync.upload.service import UploadService
from shared.kit import clock
from shared.kit.files import FileGone, FileStore
from shared.kit.ids import new_id
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, Start
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, read, send, upload, verdicts

CONTENT = oneroster_zip(town(10))


def store_of(service: ServiceUnderTest) -> FileStore:
    return FileStore(service.settings.file_key_bytes())


async def erase(service: ServiceUnderTest, copy_id: str, role: str = LOADER, **claims: Any) -> httpx.Response:
    body = {"reason": "fel urval, ersatt samma dag"}
    headers = service.as_(role, **claims)
    return await service.client.post(f"/sync/v1/copies/{copy_id}/erasures", json=body, headers=headers)


async def sweep(service: ServiceUnderTest) -> int:
    assert isinstance(service.settings, Settings)
    result = await handlers(service.settings)[SWEEP](Context(service))
    assert result is not None
    return int(result["purged"])


async def sent_from(service: ServiceUnderTest, source_id: str) -> str:
    """A delivery of a declared source; the id of its upload."""
    body = {
        "sourceId": source_id,
        "size": 3,
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }
    declared = await service.client.post("/sync/v1/uploads", json=body, headers=service.as_(LOADER))
    assert declared.status_code == 201, declared.text
    assert (await send(service, declared, b"abc")).status_code == 200
    return str(declared.json()["id"])


async def source(service: ServiceUnderTest) -> str:
    body = {"key": "elevregister", "name": "Elevregistret", "kind": "oneroster_zip"}
    declared = await service.client.post("/sync/v1/sources", json=body, headers=service.as_(LOADER))
    return str(declared.json()["id"])


async def run_of(service: ServiceUnderTest, upload_id: str, state: str) -> None:
    """A run of the upload in a state that would take a whole plan to come to."""
    async with service.database.transaction(service.tenant) as session:
        run = Run(tenant_id=service.tenant, kind="delivery", source="elevregister", state=state)
        run.upload_id = UUID(upload_id)
        session.add(run)


async def age(service: ServiceUnderTest, upload_id: str, days: int) -> None:
    async with service.database.transaction(service.tenant) as session:
        await session.execute(
            text("UPDATE upload SET created_at = created_at - make_interval(days => :days) WHERE id = :id"),
            {"days": days, "id": UUID(upload_id)},
        )


async def states(service: ServiceUnderTest) -> dict[str, str]:
    return {one["id"]: one["state"] for one in (await read(service, "/sync/v1/uploads"))["items"]}


async def test_every_upload_is_logged_as_a_copy_with_its_end(service: Start) -> None:
    sync = await service("sync")
    upload_id = await upload(sync, CONTENT)
    [copy] = (await read(sync, "/sync/v1/copies"))["items"]
    assert (copy["uploadId"], copy["encrypted"], copy["isOverdue"], copy["purgedAt"]) == (upload_id, True, False, None)
    assert copy["createdBy"] is not None
    assert (await read(sync, "/sync/v1/copies?state=purged"))["items"] == []
    assert (await read(sync, "/sync/v1/copies", "auditor@*"))["items"][0]["allowedActions"][0]["allowed"] is False


async def test_a_copy_that_is_erased_cannot_be_read_and_stays_in_the_log(service: Start) -> None:
    sync = await service("sync")
    upload_id = await upload(sync, CONTENT)
    [copy] = (await read(sync, "/sync/v1/copies"))["items"]
    erased = await erase(sync, copy["id"])
    assert erased.status_code == 200, erased.text
    assert (erased.json()["proof"], erased.json()["purgedBy"] is not None) == ("key destroyed", True)
    assert (await states(sync))[upload_id] == "erased"
    async with sync.database.transaction(sync.tenant) as session:
        kept = await UploadService(session).get(UUID(upload_id))
        assert kept.file_id is not None
        try:
            [piece async for piece in store_of(sync).read(session, kept.file_id)]
            raise AssertionError("the content can still be read")
        except FileGone:
            pass
    again = await erase(sync, copy["id"])
    assert (again.status_code, again.json()["type"].rsplit("/")[-1]) == (409, "copy-already-purged")


async def test_a_copy_that_a_run_needs_stays(service: Start) -> None:
    sync = await service("sync")
    upload_id = await upload(sync, CONTENT)
    await run_of(sync, upload_id, "planned")
    [copy] = (await read(sync, "/sync/v1/copies"))["items"]
    refused = await erase(sync, copy["id"])
    assert (refused.status_code, refused.json()["type"].rsplit("/")[-1]) == (409, "copy-needed")


async def test_only_those_who_load_the_register_erase_its_copies(service: Start) -> None:
    sync = await service("sync")
    await upload(sync, CONTENT)
    [copy] = (await read(sync, "/sync/v1/copies"))["items"]
    for role in ("auditor@*", "approver@*", "project_leader@*"):
        assert (await erase(sync, copy["id"], role)).status_code == 403
    assert (await erase(sync, copy["id"], tenant=new_id())).status_code == 404
    assert (await states(sync)).popitem()[1] == "stored"


async def test_what_has_been_kept_long_enough_is_erased(service: Start) -> None:
    sync = await service("sync")
    upload_id = await upload(sync, CONTENT)
    assert await sweep(sync) == 0
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert await sweep(sync) == 1
    assert (await states(sync))[upload_id] == "erased"
    [copy] = (await read(sync, "/sync/v1/copies?state=purged"))["items"]
    assert (copy["uploadId"], copy["purgedBy"]) == (upload_id, None)


async def test_a_delivery_goes_once_a_newer_one_is_in_the_roster(service: Start) -> None:
    sync = await service("sync")
    source_id = await source(sync)
    old, waiting, newest = [await sent_from(sync, source_id) for _ in range(3)]
    for upload_id in (old, waiting, newest):
        await age(sync, upload_id, 8)
    await run_of(sync, old, "applied")
    await run_of(sync, waiting, "planned")
    assert await sweep(sync) == 0  # nothing newer is applied yet
    await run_of(sync, newest, "applied")
    assert await sweep(sync) == 1
    assert await states(sync) == {old: "erased", waiting: "stored", newest: "stored"}


async def test_a_young_delivery_stays_though_a_newer_one_is_applied(service: Start) -> None:
    sync = await service("sync")
    source_id = await source(sync)
    old, newest = [await sent_from(sync, source_id) for _ in range(2)]
    await run_of(sync, newest, "applied")
    assert await sweep(sync) == 0
    assert (await states(sync))[old] == "stored"


async def test_the_log_says_who_may_erase(service: Start) -> None:
    sync = await service("sync")
    await upload(sync, CONTENT)
    [copy] = (await read(sync, "/sync/v1/copies"))["items"]
    assert [(one["action"], one["allowed"]) for one in copy["allowedActions"]] == [("erase", True)]
    assert await verdicts(sync, f"/sync/v1/uploads/{copy['uploadId']}")
