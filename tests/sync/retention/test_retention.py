"""A customer sees and sets how long what is kept; the nightly purge follows; the record of processing says so."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from services.sync.subject.models import PersonErasure
from shared.contracts.processing import HOLDINGS
from shared.contracts.sync_privacy import RetentionChanged
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue.retention import PURGE, record_retention, retention_jobs, rules_of
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, Start

ADMIN = "tenant_admin@*"
PATH = "/sync/v1/retention-schedules"


@pytest.fixture
async def sync(service: Start) -> ServiceUnderTest:
    return await service("sync")


async def put(sync: ServiceUnderTest, key: str, days: int, version: int = 1, *roles: str, **claims: Any) -> Any:
    headers = sync.as_(*(roles or (ADMIN,)), **claims) | {"If-Match": f'"{version}"'}
    return await sync.client.put(f"{PATH}/{key}", json={"days": days}, headers=headers)


async def test_an_administrator_of_the_customer_sets_days_within_their_bounds(sync: ServiceUnderTest) -> None:
    for status, key, days, version, roles, claims in (
        (403, "sync.requests", 400, 1, (ADMIN,), {"side": "supplier"}),
        (403, "sync.requests", 400, 1, ("register_admin@*",), {}),
        (401, "sync.requests", 400, 1, (ADMIN,), {"acr": "urn:startklar:loa:basic"}),
        (422, "sync.requests", 364, 1, (ADMIN,), {}),
        (422, "sync.requests", 3651, 1, (ADMIN,), {}),
        (409, "sync.register", 400, 1, (ADMIN,), {}),  # set at /grace-policy
        (409, "platform.journal", 400, 1, (ADMIN,), {}),
        (404, "sync.nothing", 400, 1, (ADMIN,), {}),
        (412, "sync.requests", 400, 2, (ADMIN,), {}),
        (200, "sync.requests", 400, 1, (ADMIN,), {}),
        (412, "sync.requests", 500, 1, (ADMIN,), {}),
    ):
        answer = await put(sync, key, days, version, *roles, **claims)
        assert answer.status_code == status, (key, days, answer.text)
    shown = await sync.client.get(f"{PATH}/sync.requests", headers=sync.as_("auditor@*"))
    assert (shown.json()["days"], shown.json()["defaultDays"], shown.json()["isOwn"]) == (400, 1095, True)
    assert shown.headers["etag"] == '"2"'
    every = (await sync.client.get(PATH, headers=sync.as_(ADMIN))).json()["items"]
    assert [row["key"] for row in every] == [one.key for one in HOLDINGS]
    async with sync.database.transaction(sync.tenant) as session:
        rows = await session.execute(text("SELECT before, after FROM journal_entry WHERE action = 'retention.change'"))
        row = rows.one()
    assert (row.before["days"], row.after["days"]) == (1095, 400)


async def test_the_nightly_purge_goes_by_the_customers_days_and_the_journal_says_how_many_went(
    sync: ServiceUnderTest,
) -> None:
    async with sync.database.transaction(sync.tenant) as session:
        for age, state in ((500, "done"), (300, "done"), (500, "waiting")):
            ended = clock.now() - timedelta(days=age)
            row = PersonErasure(
                tenant_id=sync.tenant, person_id=new_id(), asked_by=new_id(), ground="objection", state=state
            )
            row.ended_at = ended
            session.add(row)
    purge = retention_jobs("sync")[PURGE]
    assert await purge(Context(sync)) == {"purged": 0}
    assert (await put(sync, "sync.requests", 400)).status_code == 200
    assert await purge(Context(sync)) == {"purged": 1, "sync.requests": 1}
    assert await purge(Context(sync)) == {"purged": 0}
    async with sync.database.transaction(sync.tenant) as session:
        entry = await session.scalar(text("SELECT after FROM journal_entry WHERE action = 'retention.purge'"))
    assert entry == {"holding": "sync.requests", "days": 400, "rows": {"person_export": 0, "person_erasure": 1}}


async def test_the_other_services_follow_and_an_older_word_changes_nothing(service: Start) -> None:
    training = await service("training")
    async with training.database.transaction(training.tenant) as session:
        for days, version in ((100, 3), (300, 2), (200, 4)):
            told = RetentionChanged(retention_id=new_id(), key="training.mails", days=days, version=version)
            await record_retention(session, None, told)  # type: ignore[arg-type]
        assert await rules_of(session) == {"training.mails": 200}


async def test_the_record_of_processing_shows_the_customers_own_times_in_every_language_and_form(
    sync: ServiceUnderTest,
) -> None:
    assert (await put(sync, "training.mails", 90)).status_code == 200

    async def read(media: str, lang: str) -> Any:
        headers = sync.as_("auditor@*") | {"Accept": media, "Accept-Language": lang}
        return await sync.client.get("/sync/v1/processing-records", headers=headers)

    found = {row["key"]: row for row in (await read("application/json", "da")).json()["items"]}
    assert (found["training.mails"]["days"], found["training.mails"]["title"]) == (90, "Indkaldelser og mails")
    lines = list(csv.reader(io.StringIO((await read("text/csv", "sv")).content.decode("utf-8-sig")), delimiter=";"))
    assert (lines[0][0], len(lines)) == ("Behandling", 1 + len(HOLDINGS))
    sheet = await read("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "en")
    book = load_workbook(io.BytesIO(sheet.content)).active
    assert book is not None
    assert (book.title, book["A1"].value) == ("Records of processing", "Processing")
