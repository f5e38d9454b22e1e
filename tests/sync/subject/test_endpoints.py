"""Who may ask for a person's file or erasure, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from services.sync.subject.models import PersonErasure, PersonExport
from services.sync.subject.service import ERASURE_JOB, EXPORT_JOB
from services.sync.subject.tasks import _MOST_TRIES, subject_jobs
from shared.kit import clock
from shared.kit.files import FileStore
from shared.kit.ids import new_id
from shared.queue.asking import NoAnswer
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, Start

ADMIN = "tenant_admin@*"
PERSON = {"givenName": "Alva", "familyName": "Ek", "email": "alva.ek@norrvik.example"}


@pytest.fixture
async def sync(service: Start) -> ServiceUnderTest:
    return await service("sync")


async def ask(sync: ServiceUnderTest, path: str, body: Any, *roles: str, **claims: Any) -> Any:
    claims.setdefault("side", "customer")
    headers = sync.as_(*(roles or (ADMIN,)), **claims)
    return await sync.client.post(f"/sync/v1/{path}", json=body, headers=headers)


async def somebody(sync: ServiceUnderTest) -> str:
    made = await sync.client.post("/sync/v1/persons", json=PERSON, headers=sync.as_(ADMIN))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_who_may_ask_and_for_whom(sync: ServiceUnderTest) -> None:
    person, asker = await somebody(sync), new_id()
    body = {"personId": person, "ground": "not_needed", "caseRef": "BUN 2026/124"}
    for status, wanted, roles, claims in (
        (403, body, ("register_admin@*",), {}),
        (403, body, (f"tenant_admin@{new_id()}",), {}),
        (403, body, (ADMIN,), {"side": "supplier"}),
        (401, body, (ADMIN,), {"acr": "urn:startklar:loa:basic"}),
        (401, body, (ADMIN,), {"auth_age": 16 * 60}),
        (422, body | {"accountId": str(new_id())}, (ADMIN,), {}),
        (422, body | {"personId": None}, (ADMIN,), {}),
        (422, body | {"personId": str(new_id())}, (ADMIN,), {}),
        (422, body | {"ground": "because"}, (ADMIN,), {}),
        (422, body | {"caseRef": "Alva Ek 2026"}, (ADMIN,), {}),  # no name fits into it
    ):
        refused = await ask(sync, "person-erasures", wanted, *roles, **claims)
        assert refused.status_code == status, (wanted, roles, claims, refused.text)
    made = await ask(sync, "person-erasures", body, subject=asker)
    assert made.status_code == 201
    again = await ask(sync, "person-erasures", body)
    assert (again.status_code, again.json()["personErasureId"]) == (409, made.json()["id"])
    supplier = await ask(sync, "person-exports", {"personId": person}, side="supplier")
    assert supplier.status_code == 403


async def test_a_second_person_of_the_customer_decides_once(sync: ServiceUnderTest) -> None:
    person, asker, behind = await somebody(sync), new_id(), new_id()
    body = {"personId": person, "ground": "objection"}
    path = (
        f"person-erasures/{(await ask(sync, 'person-erasures', body, subject=asker, person=str(behind))).json()['id']}"
    )
    for status, place, claims in (
        (409, "approvals", {"subject": asker}),
        (409, "approvals", {"person": str(behind)}),  # the same person by another account
        (403, "approvals", {"side": "supplier"}),
        (200, "refusals", {"subject": asker}),  # whoever asked may take it back
        (409, "approvals", {}),
        (409, "refusals", {}),
    ):
        answer = await ask(sync, f"{path}/{place}", None, **claims)
        assert answer.status_code == status, (place, claims, answer.text)
    assert (await sync.client.get(f"/sync/v1/persons/{person}", headers=sync.as_(ADMIN))).json()["familyName"] == "Ek"
    other = await ask(sync, "person-erasures", body)
    approved = await ask(sync, f"person-erasures/{other.json()['id']}/approvals", None, "register_admin@*")
    assert (approved.status_code, approved.json()["state"]) == (202, "running")


async def test_a_service_that_never_answers_makes_the_erasure_fail_loudly_after_a_month(
    sync: ServiceUnderTest,
) -> None:
    class Silent:
        async def export(self, *_: Any) -> Any:
            raise NoAnswer("unreachable")

    row = PersonErasure(
        tenant_id=sync.tenant, person_id=new_id(), asked_by=new_id(), ground="not_needed", state="running"
    )
    row.tries = _MOST_TRIES - 2
    async with sync.database.transaction(sync.tenant) as session:
        session.add(row)
        row_id = row.id
    job = subject_jobs(Silent, FileStore(b"k" * 32), 14)[ERASURE_JOB]  # type: ignore[arg-type]
    states = [(await job(Context(sync, id=str(row_id))) or {})["state"] for _ in range(3)]
    assert states == ["running", "failed", "failed"]
    shown = (await sync.client.get(f"/sync/v1/person-erasures/{row_id}", headers=sync.as_("auditor@*"))).json()
    assert {one["service"]: one["state"] for one in shown["outcomes"]} == dict.fromkeys(
        ("identity", "projects", "sync", "training", "webhooks"), "waiting"
    )


async def test_an_export_that_an_erasure_overtakes_is_not_kept_and_one_after_it_is(sync: ServiceUnderTest) -> None:
    class Knows:
        async def export(self, *_: Any) -> Any:
            return {"name": "Alva"}

    job = subject_jobs(Knows, FileStore(b"k" * 32), 14)[EXPORT_JOB]  # type: ignore[arg-type]
    person = new_id()
    about: dict[str, Any] = {"tenant_id": sync.tenant, "person_id": person, "asked_by": new_id()}
    states = []
    for asked_before_the_erasure in (True, False):
        at = clock.now() + timedelta(minutes=-1 if asked_before_the_erasure else 1)
        row = PersonExport(**about, created_at=at)
        async with sync.database.transaction(sync.tenant) as session:
            session.add(row)
            if asked_before_the_erasure:
                session.add(PersonErasure(**about, ground="objection", state="done", decided_at=clock.now()))
            row_id = str(row.id)
        await job(Context(sync, id=row_id))
        shown = await sync.client.get(f"/sync/v1/person-exports/{row_id}", headers=sync.as_(ADMIN))
        states.append((shown.json()["state"], shown.json()["fileUntil"] is not None))
    assert states == [("erased", False), ("ready", True)]
