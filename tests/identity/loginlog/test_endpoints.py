"""The log of logins: who logged in how, for auditors and for the person; no names, kept for the tenant's term."""

import csv
import io
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.identity.assurance.evaluation import Assurance
from services.identity.loginlog.service import LoginLogService
from services.identity.loginlog.tasks import expire_logins
from services.identity.person_data import erase, export
from services.identity.proof.faults import LoginFault
from services.identity.tenant.models import Tenant
from shared.auth import Acr
from shared.kit.clock import frozen, now
from shared.kit.ids import new_id
from tests.identity.people import provider
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest

AUDITOR, ADMIN = "auditor@*", "tenant_admin@*"
STRONG = Assurance(Acr.strong, ("pwd", "otp"), 2, "http://id.skolfederation.se/loa/2fa", "skolfederation", 1)


async def log_in(identity: ServiceUnderTest, account: UUID, **more: Any) -> None:
    async with identity.database.transaction(identity.tenant) as session:
        assurance = more.pop("assurance", STRONG)
        LoginLogService(session).succeeded(provider(identity), account, assurance, client_id="app", **more)


async def read(identity: ServiceUnderTest, path: str = "login-entries", role: str = AUDITOR, **params: Any) -> Any:
    found = await identity.client.get(f"/identity/v1/{path}", headers=identity.as_(role), params=params)
    assert found.status_code == 200, found.text
    return found.json()


async def test_an_entry_tells_who_how_and_how_surely_and_nothing_else(identity: ServiceUnderTest) -> None:
    account = new_id()
    await log_in(identity, account, is_step_up=True)
    entry = (await read(identity))["items"][0]
    assert {name: entry[name] for name in entry if name not in ("id", "at", "providerId")} == {
        "accountId": str(account),
        "method": "sso",
        "protocol": "oidc",
        "outcome": "succeeded",
        "fault": None,
        "acr": "urn:startklar:loa:strong",
        "amr": ["pwd", "otp"],
        "factors": 2,
        "source": "http://id.skolfederation.se/loa/2fa",
        "clientId": "app",
        "isStepUp": True,
    }


async def test_of_unknown_people_only_a_count_a_day_is_kept(identity: ServiceUnderTest) -> None:
    by, account = provider(identity), new_id()
    async with identity.database.transaction(identity.tenant) as session:
        log = LoginLogService(session)
        for _ in range(3):
            await log.failed(by, LoginFault.no_account)
        await log.failed(by, LoginFault.too_weak, account_id=account)
    entries = (await read(identity))["items"]
    assert [(entry["accountId"], entry["fault"], entry["acr"]) for entry in entries] == [
        (str(account), "too_weak", None)
    ]
    failures = (await read(identity, "login-failures"))["items"]
    assert [(row["fault"], row["count"], row["words"]) for row in failures] == [
        ("no_account", 3, "The person has no open account here")
    ]


async def test_filters_narrow_and_the_person_sees_the_own_logins_alone(identity: ServiceUnderTest) -> None:
    one, other = new_id(), new_id()
    start = now()
    with frozen(start - timedelta(days=2)):
        await log_in(identity, one, assurance=Assurance(Acr.basic))
    await log_in(identity, one)
    await log_in(identity, other)
    assert len((await read(identity))["items"]) == 3
    assert len((await read(identity, accountId=str(one)))["items"]) == 2
    assert len((await read(identity, acr="urn:startklar:loa:basic"))["items"]) == 1
    assert len((await read(identity, outcome="failed"))["items"]) == 0
    assert len((await read(identity, since=(start - timedelta(hours=1)).isoformat()))["items"]) == 2
    assert len((await read(identity, until=(start - timedelta(hours=1)).isoformat()))["items"]) == 1
    own = await identity.client.get("/identity/v1/me/logins", headers=identity.as_("participant@*", subject=one))
    assert {entry["accountId"] for entry in own.json()["items"]} == {str(one)}
    refused = await identity.client.get("/identity/v1/login-entries", headers=identity.as_("participant@*"))
    assert refused.status_code == 403
    elsewhere = await identity.client.get("/identity/v1/login-entries", headers=identity.as_(AUDITOR, tenant=new_id()))
    assert elsewhere.json()["items"] == []


async def test_the_export_is_csv_or_ndjson_without_formulas_and_the_journal_keeps_who_took_it(
    identity: ServiceUnderTest,
) -> None:
    account = new_id()
    evil = Assurance(Acr.basic, ("=cmd()",), 1, "=HYPERLINK(1)")
    await log_in(identity, account, assurance=evil)
    headers = identity.as_(AUDITOR)
    table = await identity.client.get("/identity/v1/login-entries", headers=headers | {"Accept": "text/csv"})
    assert table.headers["content-type"].startswith("text/csv")
    row = next(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff")), delimiter=";"))
    assert (row["accountId"], row["source"], row["amr"]) == (str(account), "'=HYPERLINK(1)", "'=cmd()")
    lines = await identity.client.get("/identity/v1/login-entries?format=ndjson", headers=headers)
    assert [json.loads(line)["source"] for line in lines.text.splitlines()] == ["=HYPERLINK(1)"]
    journal = await read(identity, "journal-entries")
    assert [entry["after"] for entry in journal["items"] if entry["action"] == "login_log.exported"] == [
        {"format": "application/x-ndjson"},
        {"format": "text/csv"},
    ]
    picture = await identity.client.get("/identity/v1/login-entries", headers=headers | {"Accept": "image/png"})
    assert picture.status_code == 406


async def test_what_is_older_than_the_tenant_keeps_goes_and_the_journal_says_how_much(
    identity: ServiceUnderTest,
) -> None:
    async with identity.database.transaction(None) as session:
        session.add(Tenant(id=identity.tenant, kind="authority", name="Norrvik", slug="norrvik-log"))
    path = "/identity/v1/login-log-settings"
    assert await read(identity, "login-log-settings") == {"retentionDays": 400, "version": 0}
    changed = await identity.client.put(
        path, json={"retentionDays": 100}, headers=identity.as_(ADMIN) | {"If-Match": '"0"'}
    )
    assert (changed.status_code, changed.json()) == (200, {"retentionDays": 100, "version": 1})
    short = await identity.client.put(
        path, json={"retentionDays": 7}, headers=identity.as_(ADMIN) | {"If-Match": '"1"'}
    )
    assert short.status_code == 422
    with frozen(now() - timedelta(days=101)):
        await log_in(identity, new_id())
    await log_in(identity, new_id())
    assert await expire_logins(Context(identity)) == {"deleted": 1}
    assert await expire_logins(Context(identity)) == {"deleted": 0}
    assert len((await read(identity))["items"]) == 1
    journal = await read(identity, "journal-entries")
    assert [entry["after"]["deleted"] for entry in journal["items"] if entry["action"] == "login_log.expired"] == [1]


async def test_a_person_is_shown_the_log_and_forgotten_in_it(identity: ServiceUnderTest) -> None:
    body = {"loginName": "kim@norrvik.example", "displayName": "Kim Exempel"}
    made = await identity.client.post("/identity/v1/accounts", json=body, headers=identity.as_(ADMIN))
    account = UUID(made.json()["id"])
    await log_in(identity, account)
    async with identity.database.transaction(identity.tenant) as session:
        found = await export(session, account)
        assert [entry["acr"] for entry in found["login_log"]] == ["urn:startklar:loa:strong"]
        assert (await erase(session, account)).erased == 2
    assert [entry["accountId"] for entry in (await read(identity))["items"]] == [None]
