"""The chain over the journal: whatever is changed behind its back is found and named, and nothing else is."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from services.projects.history.tasks import history_jobs
from services.projects.person_data import erase
from shared.auth.jws import SigningKey, read_claims, read_header
from shared.contracts.projects_history import ProjectsJournalHeadSealed
from shared.kit import clock, seals
from shared.kit.ids import new_id
from shared.queue.sealing import HEAD_TYPE, SEAL, SEALING_SCHEDULE, SEND_HEADS
from tests.projects.conftest import APPROVER, BASE, CREATE, LEADER, Rollout
from tests.projects.history.conftest import look_back
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, Start

AUDITOR = "auditor@*"


@pytest.fixture
async def sealed(committed_service: Start) -> Rollout:
    """A project in a database of its own, since only what is committed can be sealed; two links."""
    return await create_sealed(await committed_service("projects"))


async def create_sealed(service: ServiceUnderTest) -> Rollout:
    answer = await service.client.post(f"{BASE}/projects", json=CREATE, headers=service.as_(LEADER, APPROVER))
    rollout = Rollout(service, answer.json()["id"])
    await seal_all(service)
    await rollout.patch("HAN-A1.01", {"state": "done", "ownerId": str(new_id())})
    await seal_all(service)
    return rollout


async def seal(service: ServiceUnderTest) -> bool:
    async with service.database.transaction(service.tenant) as session:
        return await seals.seal(session) is not None


async def seal_all(service: ServiceUnderTest) -> None:
    """Seal what is there; a transaction of another test, in another database even, can hold it up for a moment."""
    async with asyncio.timeout(20):
        while not await seal(service) or await unsealed(service):  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.02)


async def unsealed(service: ServiceUnderTest) -> int:
    async with service.database.transaction(service.tenant) as session:
        return (await seals.verify(session)).unsealed


async def verify(service: ServiceUnderTest, *roles: str) -> dict[str, Any]:
    answer = await service.client.post(f"{BASE}/journal-verifications", headers=service.as_(*(roles or (AUDITOR,))))
    assert answer.status_code == 201, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def test_an_untouched_journal_is_whole(sealed: Rollout) -> None:
    report = await verify(sealed.service)
    assert (report["isUnbroken"], report["firstBroken"], report["seals"]) == (True, None, 2)
    assert report["unsealed"] == 0
    assert report["entries"] > 50
    again = await verify(sealed.service)
    assert again["unsealed"] == 1  # the journal keeps that it was verified
    assert (again["isUnbroken"], again["head"]) == (True, report["head"])


async def test_the_verification_itself_is_in_the_journal(sealed: Rollout) -> None:
    service = sealed.service
    answer = await service.client.post(f"{BASE}/journal-verifications", headers=service.as_(AUDITOR))
    kept = await service.client.get(answer.headers["Location"], headers=service.as_(AUDITOR))
    assert [entry["action"] for entry in kept.json()["items"]] == ["journal.verify"]


async def test_only_auditors_and_administrators_verify(sealed: Rollout) -> None:
    service = sealed.service
    await verify(service, "tenant_admin@*")
    for role in (LEADER, APPROVER, "participant@*"):
        answer = await service.client.post(f"{BASE}/journal-verifications", headers=service.as_(role))
        assert answer.status_code == 403


async def test_nothing_new_needs_no_link(sealed: Rollout) -> None:
    assert await seal(sealed.service) is False


async def test_what_still_runs_is_sealed_once_it_is_there(sealed: Rollout) -> None:
    service = sealed.service
    note = text("UPDATE activity SET notes = :note WHERE source_ref = :row")
    async with service.database.transaction(service.tenant) as slow:
        await slow.execute(note, {"note": "slow", "row": "HAN-A1.01"})
        async with service.database.transaction(service.tenant) as quick:
            await quick.execute(note, {"note": "quick", "row": "HAN-A1.02"})
        assert await seal(service) is False
        assert (await verify(service))["unsealed"] == 1
    await seal_all(service)
    report = await verify(service)
    assert (report["isUnbroken"], report["unsealed"]) == (True, 0)


_COPY = "tenant_id, at, action, entity, entity_id, tx"
_COPIED_IMAGE = "tenant_id, entity, entity_id, scope_id, at, is_first, is_deleted, salt, image"
# What is done -> what is found first. `{act}` is the entry of a change, `{row}` that of the row it changed,
# `{activity}` another activity, `{made}` a new id. The second link covers both entries.
TAMPERING: dict[str, tuple[str, dict[str, Any]]] = {
    "the reason of an entry": (
        "UPDATE journal_entry SET reason = 'x' WHERE id = '{act}'",
        {"what": "entry", "seal": 2, "entryId": "{act}"},
    ),
    "its time": (
        "UPDATE journal_entry SET at = at - interval '1 day' WHERE id = '{act}'",
        {"what": "entry", "seal": 2, "entryId": "{act}"},
    ),
    "its actor": (
        "UPDATE journal_entry SET actor_id = '{made}' WHERE id = '{act}'",
        {"what": "entry", "seal": 2, "entryId": "{act}"},
    ),
    "an entry, removed": ("DELETE FROM journal_entry WHERE id = '{act}'", {"what": "entry", "seal": 2}),
    "an entry, slipped in": (
        f"INSERT INTO journal_entry (id, {_COPY}) SELECT '{{made}}', {_COPY} FROM journal_entry WHERE id = '{{act}}'",
        {"what": "entry", "seal": 2, "entryId": "{made}"},
    ),
    "the hash of a link": ("UPDATE journal_seal SET hash = sha256('x') WHERE number = 1 AND {mine}", {"what": "seal"}),
    "its digests": ("UPDATE journal_seal SET digests = sha256('x') WHERE number = 2 AND {mine}", {"what": "seal"}),
    "its reach": ("UPDATE journal_seal SET to_tx = to_tx + 1 WHERE number = 1 AND {mine}", {"what": "seal", "seal": 2}),
    "its place": ("UPDATE journal_seal SET number = 7 WHERE number = 2 AND {mine}", {"what": "seal", "seal": 2}),
    "an image": (
        "UPDATE journal_image SET image = image || '{{\"notes\": \"never said\"}}' WHERE id = '{row}'",
        {"what": "image", "entryId": "{row}", "entity": "activity"},
    ),
    "its time alone": (
        "UPDATE journal_image SET at = at - interval '1 day' WHERE id = '{row}'",
        {"what": "image", "entryId": "{row}"},
    ),
    "whose it is": (
        "UPDATE journal_image SET entity_id = '{made}' WHERE id = '{row}'",
        {"what": "image", "entryId": "{row}"},
    ),
    "an image, removed": ("DELETE FROM journal_image WHERE id = '{row}'", {"what": "image", "entryId": "{row}"}),
    "an image, slipped in": (
        f"INSERT INTO journal_image (id, {_COPIED_IMAGE}) SELECT '{{made}}', {_COPIED_IMAGE} FROM journal_image"
        " WHERE id = '{row}'",
        {"what": "image", "entryId": "{made}"},
    ),
    "a row, past its trigger": (
        "ALTER TABLE activity DISABLE TRIGGER activity_journal_update;"
        " UPDATE activity SET state = 'done' WHERE id = '{activity}';"
        " ALTER TABLE activity ENABLE TRIGGER activity_journal_update",
        {"what": "row", "entity": "activity", "entityId": "{activity}"},
    ),
}


async def test_whatever_is_changed_behind_its_back_is_found_and_named(committed_service: Start) -> None:
    service = await committed_service("projects")
    owner = await asyncpg.connect(service.urls.owner)
    first = "SELECT id FROM journal_entry WHERE tenant_id = $1 AND action = $2 ORDER BY tx, id LIMIT 1"
    for name, (statement, expected) in TAMPERING.items():
        service.tenant = new_id()  # each in a tenant of its own
        rollout = await create_sealed(service)
        names = {
            "act": str(await owner.fetchval(first, service.tenant, "activity.change")),
            "row": str(await owner.fetchval(first, service.tenant, "row.update")),
            "activity": (await rollout.activity("HAN-A1.02"))["id"],
            "made": str(new_id()),
            "mine": f"tenant_id = '{service.tenant}'",
        }
        assert (await verify(service))["isUnbroken"], name
        await owner.execute(statement.format(**names))
        report = await verify(service)
        wanted = {key: value.format(**names) if isinstance(value, str) else value for key, value in expected.items()}
        found = {key: report["firstBroken"] and report["firstBroken"][key] for key in wanted}
        assert (report["isUnbroken"], found) == (False, wanted), name
    await owner.close()


async def test_another_tenants_broken_journal_is_not_ones_own(sealed: Rollout) -> None:
    service = sealed.service
    owner = await asyncpg.connect(service.urls.owner)
    await owner.execute("UPDATE journal_entry SET reason = 'x'")
    await owner.close()
    headers = service.as_(AUDITOR, tenant=new_id())
    report = (await service.client.post(f"{BASE}/journal-verifications", headers=headers)).json()
    assert (report["isUnbroken"], report["entries"], report["head"]) == (True, 0, None)


async def test_a_forgotten_person_leaves_former_rows_and_the_chain_stays_whole(sealed: Rollout) -> None:
    service, account = sealed.service, new_id()
    await sealed.patch("HAN-A1.03", {"ownerId": str(account), "notes": "Kim is away in May"})
    held = clock.now()
    await sealed.patch("HAN-A1.03", {"ownerId": None, "notes": ""})
    await sealed.patch("HAN-A1.04", {"ownerId": str(account)})
    await seal_all(service)
    activity = await sealed.activity("HAN-A1.03")
    path = f"/activities/{activity['id']}"
    assert str(account) in (await look_back(sealed, path, held)).text
    async with service.database.transaction(service.tenant) as session:
        await erase(session, account)
    then = await look_back(sealed, path, held)
    assert then.status_code == 200
    assert str(account) not in then.text
    assert "Kim" not in then.text
    report = await verify(service)
    assert (report["isUnbroken"], report["redactedImages"]) == (True, 2)
    owner = await asyncpg.connect(service.urls.owner)
    left = await owner.fetchval("SELECT count(*) FROM journal_image WHERE image::text LIKE $1", f"%{account}%")
    await owner.close()
    assert left == 0


async def test_a_record_that_keeps_its_account_keeps_it_in_the_past_too(sealed: Rollout) -> None:
    service, account = sealed.service, new_id()
    criterion = await sealed.criterion("m1", "plan-approved")
    body = {"criterionId": criterion["id"], "reason": "Planen godkänns i maj"}
    await sealed.decide("m1", "waivers", body, APPROVER, subject=account)
    async with service.database.transaction(service.tenant) as session:
        await erase(session, account)
    assert (await verify(service))["redactedImages"] == 0
    assert str(account) in (await look_back(sealed, f"/projects/{sealed.id}/gates", clock.now())).text


async def test_the_worker_seals_every_tenant_and_sends_the_heads_signed(sealed: Rollout, tmp_path: Any) -> None:
    service, key = sealed.service, SigningKey.generate()
    (tmp_path / "key.pem").write_bytes(key.pem())
    await sealed.patch("HAN-A1.02", {"state": "done"})
    jobs = history_jobs(tmp_path / "key.pem")
    async with asyncio.timeout(20):  # see `seal_all`
        while (done := await jobs[SEAL](Context(service))) == {"tenants": 1, "seals": 0}:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.02)
    assert done == {"tenants": 1, "seals": 1}
    assert await jobs[SEND_HEADS](Context(service)) == {"heads": 1}
    owner = await asyncpg.connect(service.urls.owner)
    data = await owner.fetchval("SELECT data FROM outbox WHERE type = $1", ProjectsJournalHeadSealed.type)
    await owner.close()
    event = ProjectsJournalHeadSealed.model_validate_json(data)
    read_header(event.signature, HEAD_TYPE)
    claims = read_claims(event.signature, key.public_key())
    assert (claims["tenant"], claims["seal"], claims["hash"]) == (str(service.tenant), 3, event.hash)
    assert event.hash == (await verify(service))["head"]


async def test_without_a_key_the_heads_stay(sealed: Rollout) -> None:
    job = history_jobs(None)[SEND_HEADS]
    assert await job(Context(sealed.service)) == {"heads": 0}


def test_the_chain_grows_often_and_is_told_daily() -> None:
    assert {entry.kind: entry.every for entry in SEALING_SCHEDULE} == {
        SEAL: timedelta(minutes=5),
        SEND_HEADS: timedelta(days=1),
    }
