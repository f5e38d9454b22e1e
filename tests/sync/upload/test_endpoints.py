"""Uploads: whole or not at all, in one request or in several, encrypted, refused as early as it can be known."""

import base64
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from services.sync.copy.service import CopyService
from services.sync.upload import receiving
from shared.kit.files import FileStore
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


async def break_off(
    service: ServiceUnderTest, path: str, headers: dict[str, str], body: bytes, method: str = "PUT"
) -> None:
    """Send a part of a body, then be gone."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": body, "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
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
    for wrong, expected in ((content[:-1] + b"x", "checksum-mismatch"), (content[:-1], "upload-incomplete")):
        response = await send(sync, declared, wrong)
        assert (response.status_code, slug(response)) == (422, expected)
    longer = await send(sync, declared, content + b"x")
    assert (longer.status_code, slug(longer)) == (413, "file-too-large")
    assert await count(sync, "stored_file_chunk") == 0
    assert (await send(sync, declared, content)).status_code == 200


def tus(service: ServiceUnderTest, declared: Any, offset: int, **more: str) -> dict[str, str]:
    """The headers of a part."""
    return service.as_(LOADER) | {
        "If-Match": declared.headers["etag"],
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


async def test_an_upload_that_breaks_off_goes_on_where_it_stopped(service: Start) -> None:
    sync = await service("sync")
    content = oneroster_zip(town(pupils=300))
    declared = await declare(sync, content)
    path, half = declared.json()["contentPath"], len(content) // 2
    headers = sync.as_(LOADER) | {"If-Match": declared.headers["etag"]}
    await break_off(sync, path, headers, content[:half])

    shown = await read(sync, f"/sync/v1/uploads/{declared.json()['id']}")
    assert (shown["state"], shown["receivedBytes"]) == ("declared", half)
    asked = await sync.client.head(path, headers=headers)
    assert (asked.status_code, asked.headers["upload-offset"]) == (204, str(half))
    assert (asked.headers["upload-length"], asked.headers["cache-control"]) == (str(len(content)), "no-store")
    run = await sync.client.post("/sync/v1/runs", json={"uploadId": shown["id"]}, headers=sync.as_(LOADER))
    assert (run.status_code, slug(run)) == (409, "upload-not-stored")

    await break_off(sync, path, tus(sync, declared, half), content[half : half + 10], "PATCH")
    last = await sync.client.patch(path, content=content[half + 10 :], headers=tus(sync, declared, half + 10))
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(content)))
    shown = await read(sync, f"/sync/v1/uploads/{declared.json()['id']}")
    assert (shown["state"], shown["receivedBytes"], last.headers["etag"]) == ("stored", len(content), '"2"')
    assert await count(sync, "upload_part") == 0
    async with sync.database.transaction(sync.tenant) as session:
        kept = await session.execute(text("SELECT state, count(*) FROM stored_file GROUP BY 1 ORDER BY 1"))
    assert [tuple(row) for row in kept] == [("deleted", 2), ("ready", 1)]


async def test_a_part_that_does_not_fit_is_refused_and_nothing_of_it_is_kept(service: Start) -> None:
    sync = await service("sync")
    content = oneroster_zip(town())
    declared = await declare(sync, content)
    path, digest = declared.json()["contentPath"], hashlib.sha256(content[:10]).digest()
    right = "sha256 " + base64.b64encode(digest).decode()
    wrong = {
        "upload-offset-differs": (409, tus(sync, declared, 3)),
        "upload-protocol-unknown": (412, tus(sync, declared, 0, Tus_Resumable="0.2.2")),
        "upload-part-form": (415, tus(sync, declared, 0, Content_Type="application/octet-stream")),
        "upload-part-damaged": (460, tus(sync, declared, 0, Upload_Checksum="sha256 " + "A" * 43 + "=")),
        "upload-part-unsound": (400, tus(sync, declared, 0, Upload_Checksum="md5 abc")),
        "stale-version": (412, tus(sync, declared, 0, If_Match='"7"')),
    }
    for expected, (status, headers) in wrong.items():
        answer = await sync.client.patch(path, content=content[:10], headers=headers)
        assert (answer.status_code, slug(answer)) == (status, expected)
    too_much = await sync.client.patch(path, content=content + b"x", headers=tus(sync, declared, 0))
    assert (too_much.status_code, slug(too_much)) == (413, "file-too-large")
    ranged = await sync.client.put(
        path, content=content, headers=tus(sync, declared, 0, Content_Range=f"bytes 0-9/{len(content)}")
    )
    assert (ranged.status_code, slug(ranged)) == (400, "upload-part-unsound")
    assert await count(sync, "stored_file") == 0
    kept = await sync.client.patch(path, content=content[:10], headers=tus(sync, declared, 0, Upload_Checksum=right))
    assert (kept.status_code, kept.headers["upload-offset"]) == (204, "10")


async def test_parts_that_are_together_something_else_are_forgotten(service: Start) -> None:
    sync = await service("sync")
    content = oneroster_zip(town())
    declared = await declare(sync, content)
    path = declared.json()["contentPath"]
    assert (await sync.client.patch(path, content=b"PK", headers=tus(sync, declared, 0))).status_code == 204
    damaged = bytes([content[2] ^ 1]) + content[3:]
    mixed = await sync.client.patch(path, content=damaged, headers=tus(sync, declared, 2))
    assert (mixed.status_code, slug(mixed)) == (422, "checksum-mismatch")
    assert (await sync.client.head(path, headers=sync.as_(LOADER))).headers["upload-offset"] == "0"
    assert await count(sync, "upload_part") == await count(sync, "stored_file_chunk") == 0
    assert (await sync.client.patch(path, content=content, headers=tus(sync, declared, 0))).status_code == 204


async def test_what_a_slow_sender_has_sent_is_kept_while_more_is_awaited(
    committed_service: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = await committed_service("sync")
    monkeypatch.setattr(receiving, "KEPT_EVERY_SECONDS", 0.0)
    content = oneroster_zip(town())
    declared = await declare(sync, content)
    seen = []

    async def slowly() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 2000):
            seen.append((await read(sync, f"/sync/v1/uploads/{declared.json()['id']}"))["receivedBytes"])
            yield content[start : start + 2000]

    sent = await send(sync, declared, slowly())
    assert (sent.status_code, sent.json()["state"]) == (200, "stored")
    assert seen == sorted(seen)
    assert seen[-1] > 0
    assert await count(sync, "upload_part") == 0


async def test_a_part_that_nobody_goes_on_with_is_gone_after_its_time(service: Start) -> None:
    sync = await service("sync")
    content = oneroster_zip(town())
    declared = await declare(sync, content)
    path = declared.json()["contentPath"]
    assert (await sync.client.patch(path, content=content[:9], headers=tus(sync, declared, 0))).status_code == 204
    async with sync.database.transaction(sync.tenant) as session:
        await session.execute(text("UPDATE stored_file SET retention_until = now() - interval '1 hour'"))
        await CopyService(session, FileStore(sync.settings.file_key_bytes())).purge(7)
    assert await count(sync, "upload_part") == await count(sync, "stored_file_chunk") == 0
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
        verdict = (reason is None, reason)
        assert await verdicts(sync, path, role) == {"send_content": verdict, "append_content": verdict}
        listed = (await read(sync, "/sync/v1/uploads", role))["items"][0]["allowedActions"]
        assert listed == (await read(sync, path, role))["allowedActions"]
        response = await act(sync, listed[0], role, tag, content=content)
        assert response.status_code == status
    assert declared.json()["allowedActions"] == listed
    stored = dict.fromkeys(("send_content", "append_content"), (False, "The file is already uploaded"))
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
    key = (await sync.client.get(f"/sync/v1/sources/{source_id}", headers=sync.as_(LOADER))).json()["key"]
    body = {"sourceId": source_id, "size": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
    foreign = await sync.client.post("/sync/v1/uploads", json=body, headers=sync.as_(LOADER, tenant=new_id()))
    assert foreign.status_code == 404
    headers = sync.as_(LOADER) | {"If-Match": '"1"'}
    assert (await sync.client.delete(f"/sync/v1/sources/{source_id}", headers=headers)).status_code == 204
    assert slug(await sync.client.post("/sync/v1/uploads", json=body, headers=sync.as_(LOADER))) == "source-inactive"
    named = {"kind": "oneroster_zip", "source": key, "size": 3, "sha256": body["sha256"]}
    assert slug(await sync.client.post("/sync/v1/uploads", json=named, headers=sync.as_(LOADER))) == "source-inactive"
    other = named | {"source": f"{key}-2"}
    assert (await sync.client.post("/sync/v1/uploads", json=other, headers=sync.as_(LOADER))).status_code == 201


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
