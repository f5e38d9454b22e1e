"""Attached documents: announced, sent, checked, read back, erased; by the side that may, to what it may."""

import hashlib
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.projects.attachment.service import AttachmentService
from shared.auth.principal import Acr
from shared.kit.files import FileStore
from shared.kit.ids import new_id
from tests.projects.conftest import BASE, LEADER, Rollout
from tests.projects.rows import own_row, send

PDF = b"%PDF-1.7\n" + b"Instruktion. " * 50_000


def announced(content: bytes = PDF, **changed: Any) -> dict[str, Any]:
    return {
        "title": "Instruktion för synk",
        "kind": "instruction",
        "fileName": "instruktion åäö.pdf",
        "mediaType": "application/pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    } | changed


async def declare(rollout: Rollout, path: str, body: dict[str, Any] | None = None, **claims: Any) -> dict[str, Any]:
    answer = await send(rollout, "POST", f"{path}/attachments", body or announced(), **claims)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def put(
    rollout: Rollout, attachment: dict[str, Any], content: bytes = PDF, *, version: int = 1, **claims: Any
) -> httpx.Response:
    headers = rollout.service.as_(LEADER, **claims) | {"If-Match": f'"{version}"', "Content-Type": "application/pdf"}
    return await rollout.service.client.put(attachment["contentPath"], content=content, headers=headers)


async def content(rollout: Rollout, attachment: dict[str, Any], **claims: Any) -> httpx.Response:
    return await rollout.service.client.get(attachment["contentPath"], headers=rollout.service.as_(LEADER, **claims))


async def subjects(rollout: Rollout) -> dict[str, str]:
    row, gate = await own_row(rollout), await rollout.gate("m1")
    return {
        "activity": f"/activities/{row['id']}",
        "gate": f"/gates/{gate['id']}",
        "project": f"/projects/{rollout.id}",
    }


async def test_a_document_of_a_row_a_gate_or_a_project_is_sent_and_read_back(rollout: Rollout) -> None:
    for name, path in (await subjects(rollout)).items():
        made = await declare(rollout, path)
        assert (made["subject"], made["state"], made["version"]) == (name, "declared", 1)
        assert (await content(rollout, made)).status_code == 409
        stored = await put(rollout, made)
        assert (stored.status_code, stored.json()["state"], stored.headers["etag"]) == (200, "stored", '"2"')
        back = await content(rollout, made)
        assert (back.content, back.headers["content-type"]) == (PDF, "application/pdf")
        assert back.headers["content-disposition"].startswith("attachment; filename*=UTF-8''instruktion%20")
        assert "sandbox" in back.headers["content-security-policy"]
        (listed,) = (await rollout.get(f"{path}/attachments")).json()["items"] if name != "project" else [made]
        assert listed["id"] == made["id"]
    everything = (await rollout.get(f"/projects/{rollout.id}/attachments")).json()["items"]
    assert [one["subject"] for one in everything] == ["activity", "gate", "project"]


async def test_nothing_of_a_document_lies_readable_in_the_database(rollout: Rollout) -> None:
    made = await declare(rollout, f"/projects/{rollout.id}")
    await put(rollout, made)
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        chunks = (await session.execute(text("SELECT body FROM stored_file_chunk"))).scalars().all()
    assert len(chunks) == 2
    assert not any(b"Instruktion" in bytes(chunk) for chunk in chunks)


@pytest.mark.parametrize(
    ("sent", "slug"),
    [
        (PDF[:-1], "checksum-mismatch"),
        (PDF[:-1] + b"x", "checksum-mismatch"),
        (PDF + b"x", "file-too-large"),
        (b"<html>" + PDF[6:], "attachment-of-another-type"),
    ],
)
async def test_what_arrives_wrong_is_not_kept(rollout: Rollout, sent: bytes, slug: str) -> None:
    made = await declare(rollout, f"/projects/{rollout.id}")
    answer = await put(rollout, made, sent)
    assert answer.status_code in (413, 422)
    assert answer.json()["type"].endswith(f"/{slug}")
    assert (await rollout.get(f"/attachments/{made['id']}")).json()["state"] == "declared"
    assert (await put(rollout, made)).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"mediaType": "text/html"}, 422, "#/mediaType"),
        ({"mediaType": "image/svg+xml"}, 422, "#/mediaType"),
        ({"fileName": "../../etc/passwd"}, 422, "#/fileName"),
        ({"fileName": "a\r\nSet-Cookie: x"}, 422, "#/fileName"),
        ({"kind": "song"}, 422, "#/kind"),
        ({"sha256": "zz"}, 422, "#/sha256"),
        ({"size": 0}, 422, "#/size"),
        ({"dataClass": "secret"}, 422, "#/dataClass"),
        ({"size": 26 * 1024 * 1024}, 413, "attachment-too-large"),
    ],
)
async def test_an_announcement_that_cannot_be_is_refused(
    rollout: Rollout, wrong: dict[str, Any], status: int, said: str
) -> None:
    answer = await send(rollout, "POST", f"/projects/{rollout.id}/attachments", announced(**wrong))
    assert answer.status_code == status
    assert said in answer.text


async def test_a_document_is_sent_once_and_under_its_version(rollout: Rollout) -> None:
    made = await declare(rollout, f"/projects/{rollout.id}")
    assert (await put(rollout, made, version=7)).status_code == 412
    assert (await put(rollout, made)).status_code == 200
    again = await put(rollout, made, version=2)
    assert (again.status_code, again.json()["type"].split("/")[-1]) == (409, "attachment-already-stored")


async def test_a_removed_document_cannot_be_read_by_anybody_again(rollout: Rollout) -> None:
    made = await declare(rollout, f"/projects/{rollout.id}")
    await put(rollout, made)
    path = f"/attachments/{made['id']}"
    assert (await send(rollout, "DELETE", path, version=1)).status_code == 412
    assert (await send(rollout, "DELETE", path, version=2)).status_code == 204
    assert (await content(rollout, made)).status_code == 410
    assert (await send(rollout, "DELETE", path, version=3)).status_code == 410
    assert (await rollout.get(f"/projects/{rollout.id}/attachments")).json()["items"] == []
    assert (await rollout.get(path)).json()["state"] == "erased"
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        assert (await session.execute(text("SELECT count(*) FROM stored_file_chunk"))).scalar_one() == 0


async def test_a_side_attaches_to_what_it_may_change_and_removes_its_own(rollout: Rollout) -> None:
    customers = await own_row(rollout, side="customer")
    refused = await send(rollout, "POST", f"/activities/{customers['id']}/attachments", announced(), side="supplier")
    assert refused.status_code == 403
    joint = await own_row(rollout, side="joint")
    ours = await declare(rollout, f"/activities/{joint['id']}")
    theirs = await declare(rollout, f"/activities/{joint['id']}", side="supplier")
    assert theirs["declaredSide"] == "supplier"
    denied = await send(rollout, "DELETE", f"/attachments/{ours['id']}", version=1, side="supplier")
    assert denied.status_code == 403
    assert (await send(rollout, "DELETE", f"/attachments/{theirs['id']}", version=1)).status_code == 204


async def test_sensitive_documents_need_a_strong_and_recent_login_and_one_factor_is_a_violation(
    rollout: Rollout,
) -> None:
    """AU-S: a read of sensitive data with one factor is a violation event."""
    made = await declare(rollout, f"/projects/{rollout.id}", announced(dataClass="sensitive"))
    assert (await put(rollout, made, acr=Acr.basic)).status_code == 401
    await put(rollout, made)
    refused = await content(rollout, made, acr=Acr.basic)
    assert refused.status_code == 401
    assert 'acr_values="urn:startklar:loa:strong", max_age="900"' in refused.headers["www-authenticate"]
    assert (await content(rollout, made, acr=Acr.strong, auth_age=901)).status_code == 401
    assert (await content(rollout, made, acr=Acr.strong)).status_code == 200
    query = text("SELECT after FROM journal_entry WHERE action = 'assurance.violated' ORDER BY id")
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        told = [row.after["operation"] for row in await session.execute(query)]
    assert told == ["attachments_put_content", "attachments_get_content"]


async def test_confidential_documents_need_two_factors_however_old(rollout: Rollout) -> None:
    made = await declare(rollout, f"/projects/{rollout.id}", announced(dataClass="confidential"))
    await put(rollout, made)
    assert (await content(rollout, made, acr=Acr.basic)).status_code == 401
    assert (await content(rollout, made, auth_age=9000)).status_code == 200


async def test_another_tenant_finds_no_document(rollout: Rollout) -> None:
    made = await declare(rollout, f"/projects/{rollout.id}")
    stranger: dict[str, Any] = {"tenant": new_id()}
    assert (await put(rollout, made, **stranger)).status_code == 404
    assert (await content(rollout, made, **stranger)).status_code == 404
    headers = rollout.service.as_(LEADER, **stranger)
    answer = await rollout.service.client.get(f"{BASE}/projects/{rollout.id}/attachments", headers=headers)
    assert answer.status_code == 404


async def test_a_document_whose_time_is_over_is_erased_once(rollout: Rollout) -> None:
    made = await declare(rollout, f"/projects/{rollout.id}")
    await put(rollout, made)
    store = FileStore(rollout.service.settings.file_key_bytes())
    for _ in range(2):
        async with rollout.service.database.transaction(rollout.service.tenant) as session:
            await AttachmentService(session).purge(made["id"], store)
    assert (await rollout.get(f"/attachments/{made['id']}")).json()["version"] == 3
    assert (await content(rollout, made)).status_code == 410
