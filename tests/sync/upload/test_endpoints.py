"""Uploads: whole or not at all, encrypted, and refused as early as it can be known."""

import hashlib
import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import text

from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.town import JOINED, oneroster_zip, repacked, town
from tests.sync.work import LOADER, act, declare, plan, read, send, upload, verdicts, work

MAPPING = JOINED.model_dump(mode="json", by_alias=True)


async def count(service: ServiceUnderTest, table: str) -> int:
    async with service.database.transaction(service.tenant) as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def slug(response: Any) -> str:
    return str(response.json()["type"]).rsplit("/", 1)[-1]


async def break_off(service: ServiceUnderTest, path: str, headers: dict[str, str], body: bytes) -> None:
    """PUT a part of a body, then be gone."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": body, "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "PUT",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("service.test", 80),
    }

    async def receive() -> Any:
        return messages.pop(0)

    async def send_nowhere(message: Any) -> None:
        assert message.get("status", 400) == 400

    await service.app(scope, receive, send_nowhere)


async def test_a_file_is_announced_sent_and_found_again(service: Start) -> None:
    sync = await service("sync")
    content = oneroster_zip(town())
    upload_id = await upload(sync, content)
    shown = await read(sync, f"/sync/v1/uploads/{upload_id}")
    assert (shown["state"], shown["size"], shown["mappingName"]) == ("stored", len(content), "oneroster-1.2")
    assert [one["id"] for one in (await read(sync, "/sync/v1/uploads"))["items"]] == [upload_id]


async def test_what_is_stored_is_not_what_was_sent(service: Start) -> None:
    sync = await service("sync")
    await upload(sync, b"sourcedId,givenName\r\nelev1,Hemlig\r\n", kind="joined_files", mapping=MAPPING)
    async with sync.database.transaction(sync.tenant) as session:
        body = await session.scalar(text("SELECT string_agg(body, '') FROM stored_file_chunk"))
    assert body is not None
    assert b"Hemlig" not in body


async def test_other_bytes_than_announced_are_refused_and_nothing_is_kept(service: Start) -> None:
    sync = await service("sync")
    content = oneroster_zip(town())
    declared = await declare(sync, content)
    for wrong, expected in ((content[:-1] + b"x", "checksum-mismatch"), (content[:-1], "checksum-mismatch")):
        response = await send(sync, declared, wrong)
        assert (response.status_code, slug(response)) == (422, expected)
    longer = await send(sync, declared, content + b"x")
    assert (longer.status_code, slug(longer)) == (413, "file-too-large")
    assert await count(sync, "stored_file_chunk") == 0
    assert (await send(sync, declared, content)).status_code == 200


async def test_a_killed_upload_leaves_nothing_and_can_be_sent_again(committed_service: Start) -> None:
    sync = await committed_service("sync")
    content = oneroster_zip(town(pupils=300))
    declared = await declare(sync, content)

    headers = sync.as_(LOADER) | {"If-Match": declared.headers["etag"]}
    await break_off(sync, declared.json()["contentPath"], headers, content[: len(content) // 2])
    assert [await count(sync, table) for table in ("stored_file", "stored_file_chunk", "file_copy_log")] == [0, 0, 0]
    assert (await read(sync, f"/sync/v1/uploads/{declared.json()['id']}"))["state"] == "declared"
    assert (await send(sync, declared, content)).status_code == 200


async def test_a_content_is_never_replaced(service: Start) -> None:
    sync = await service("sync")
    content = oneroster_zip(town())
    declared = await declare(sync, content)
    sent = await send(sync, declared, content)
    stale = await send(sync, declared, content)
    assert (stale.status_code, slug(stale)) == (412, "stale-version")
    again = await send(sync, sent if "contentPath" in sent.json() else declared, content)
    assert (again.status_code, slug(again)) == (409, "upload-already-stored")


async def test_an_upload_names_what_its_reader_may_do_and_that_is_what_happens(service: Start) -> None:
    sync = await service("sync")
    content = oneroster_zip(town())
    declared = await declare(sync, content)
    path, tag = f"/sync/v1/uploads/{declared.json()['id']}", declared.headers["etag"]
    for role, reason, status in (("auditor@*", "None of your roles allows it", 403), (LOADER, None, 200)):
        assert await verdicts(sync, path, role) == {"send_content": (reason is None, reason)}
        listed = (await read(sync, "/sync/v1/uploads", role))["items"][0]["allowedActions"]
        assert listed == (await read(sync, path, role))["allowedActions"]
        response = await act(sync, listed[0], role, tag, content=content)
        assert response.status_code == status
    assert declared.json()["allowedActions"] == listed
    stored = {"send_content": (False, "The file is already uploaded")}
    assert await verdicts(sync, path) == stored
    assert [(one["allowed"], one["reason"]) for one in response.json()["allowedActions"]] == list(stored.values())
    again = await act(sync, listed[0], LOADER, response.headers["etag"], content=content)
    assert (again.status_code, slug(again)) == (409, "upload-already-stored")


async def test_a_file_that_is_too_large_is_refused_before_it_is_sent(service: Start) -> None:
    sync = await service("sync")
    response = await declare(sync, b"x", size=513 * 1024 * 1024)
    assert (response.status_code, slug(response)) == (413, "upload-too-large")
    assert response.json()["maxBytes"] == 512 * 1024 * 1024


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "excel"}, "#/kind"),
        ({"sha256": "zz"}, "#/sha256"),
        ({"size": 0}, "#/size"),
        ({"source": "Ett Register"}, "#/source"),
        ({"surprise": 1}, "#/surprise"),
        ({"kind": "joined_files"}, "#"),
        ({"kind": "joined_files", "mapping": {"name": "x", "files": []}}, "#/mapping/files"),
    ],
)
async def test_a_wrong_announcement_names_the_place(service: Start, change: dict[str, Any], pointer: str) -> None:
    sync = await service("sync")
    response = await declare(sync, b"x", **change)
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"] == pointer


async def test_another_tenant_neither_sees_nor_fills_an_upload(service: Start) -> None:
    sync = await service("sync")
    declared = await declare(sync, b"x")
    path = declared.json()["contentPath"]
    stranger = sync.as_(LOADER, tenant=new_id()) | {"If-Match": '"1"'}
    assert (await sync.client.put(path, content=b"x", headers=stranger)).status_code == 404
    assert (await sync.client.get(path.removesuffix("/content"), headers=stranger)).status_code == 404


BAD_DELIVERIES = {
    "broken-zip": (oneroster_zip(town())[:-100], "broken_zip", "broken"),
    "zip-bomb": (repacked(oneroster_zip(town()), users_csv=b"0" * 50_000_000), "zip_bomb", "expands to more"),
    "missing-file": (repacked(oneroster_zip(town()), users_csv=None), "file_missing", "users.csv"),
    "missing-column": (
        repacked(oneroster_zip(town()), orgs_csv=b"sourcedId,status\r\nkommun,\r\n"),
        "column_missing",
        "orgs.csv:1:name",
    ),
}


@pytest.mark.parametrize("case", BAD_DELIVERIES)
async def test_a_delivery_that_cannot_be_read_fails_the_run_with_place_and_mend(
    committed_service: Start, case: str
) -> None:
    content, rule, words = BAD_DELIVERIES[case]
    sync = await committed_service("sync")
    run = await plan(sync, content)
    assert (run["state"], run["findingCounts"], run["planHash"]) == ("failed", {rule: 1}, None)
    finding = (await read(sync, f"/sync/v1/runs/{run['id']}/findings"))["items"][0]
    assert (finding["rule"], finding["severity"]) == (rule, "fatal")
    assert finding["mend"]
    job = await read(sync, f"/sync/v1/jobs/{run['jobId']}")
    assert job["state"] == "failed"
    assert words in str(job["problem"])
    assert await count(sync, "person") == 0


async def test_a_file_is_erased_when_its_retention_ends(committed_service: Start) -> None:
    sync = await committed_service("sync")
    upload_id = await upload(sync, oneroster_zip(town()))
    async with sync.relay.transaction(None) as session:
        await session.execute(text("UPDATE job SET run_after = now() WHERE kind = 'upload-purge'"))
    await work(sync)
    assert await count(sync, "stored_file_chunk") == 0
    assert (await read(sync, f"/sync/v1/uploads/{upload_id}"))["sha256"]
    run = await sync.client.post("/sync/v1/runs", json={"uploadId": upload_id}, headers=sync.as_(LOADER))
    assert (run.status_code, slug(run)) == (409, "upload-not-stored")


def test_the_zips_of_these_tests_are_what_they_say() -> None:
    assert zipfile.is_zipfile(io.BytesIO(BAD_DELIVERIES["zip-bomb"][0]))
    assert not zipfile.is_zipfile(io.BytesIO(BAD_DELIVERIES["broken-zip"][0]))
    assert len(hashlib.sha256(BAD_DELIVERIES["zip-bomb"][0]).hexdigest()) == 64


async def test_no_delivery_may_pass_for_what_was_entered_by_hand(service: Start) -> None:
    sync = await service("sync")
    body = {"kind": "oneroster_zip", "source": "manual", "size": 3, "sha256": "0" * 64}
    answer = await sync.client.post("/sync/v1/uploads", json=body, headers=sync.as_(LOADER))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/source")


async def declare_source(service: ServiceUnderTest, **more: Any) -> str:
    body = {"key": "elevregister", "name": "Elevregistret", "kind": "oneroster_zip"} | more
    declared = await service.client.post("/sync/v1/sources", json=body, headers=service.as_(LOADER))
    assert declared.status_code == 201, declared.text
    return str(declared.json()["id"])


async def test_an_upload_for_a_declared_source_takes_everything_from_it(service: Start) -> None:
    sync = await service("sync")
    source_id = await declare_source(sync, kind="joined_files", mapping=MAPPING)
    content = oneroster_zip(town())
    body = {"sourceId": source_id, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    declared = (await sync.client.post("/sync/v1/uploads", json=body, headers=sync.as_(LOADER))).json()
    assert (declared["kind"], declared["source"], declared["mappingName"], declared["sourceId"]) == (
        "joined_files",
        "elevregister",
        MAPPING["name"],
        source_id,
    )
    twice = await sync.client.post("/sync/v1/uploads", json=body | {"kind": "stil_xml"}, headers=sync.as_(LOADER))
    assert twice.status_code == 422


async def test_an_upload_names_no_source_that_is_gone_or_another_tenants(service: Start) -> None:
    sync = await service("sync")
    source_id = await declare_source(sync)
    body = {"sourceId": source_id, "size": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
    foreign = await sync.client.post("/sync/v1/uploads", json=body, headers=sync.as_(LOADER, tenant=new_id()))
    assert foreign.status_code == 404
    headers = sync.as_(LOADER) | {"If-Match": '"1"'}
    assert (await sync.client.delete(f"/sync/v1/sources/{source_id}", headers=headers)).status_code == 204
    assert slug(await sync.client.post("/sync/v1/uploads", json=body, headers=sync.as_(LOADER))) == "source-inactive"


async def test_what_a_platform_delivers_is_never_planned_into_the_roster(service: Start) -> None:
    sync = await service("sync")
    source_id = await declare_source(sync, role="platform")
    content = oneroster_zip(town())
    body = {"sourceId": source_id, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    declared = await sync.client.post("/sync/v1/uploads", json=body, headers=sync.as_(LOADER))
    assert (await send(sync, declared, content)).status_code == 200
    refused = await sync.client.post(
        "/sync/v1/runs", json={"uploadId": declared.json()["id"]}, headers=sync.as_(LOADER)
    )
    assert (refused.status_code, slug(refused)) == (409, "platform-is-compared")
