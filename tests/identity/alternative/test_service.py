"""Further ways into an account: confirmed by the holder's fresh login or by an administrator, claimed by one alone."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from services.identity.account.models import Account
from services.identity.alternative.service import AlternativeService
from services.identity.alternative.subject import relink_digest
from services.identity.proof.faults import LoginFault
from services.identity.provider.models import IdentityProvider
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.account.test_endpoints import prepare
from tests.identity.people import cut_off, log_in, proven, provider, resolve, rows, verify_scope
from tests.support.services import ServiceUnderTest, Start

MITID = "https://mitid.example"
CVR = "https://data.gov.dk/model/core/eid/professional/cvr"
RID = "https://data.gov.dk/model/core/eid/professional/rid"


async def ask(service: ServiceUnderTest, account_id: UUID, provider_id: UUID) -> None:
    async with service.database.transaction(service.tenant) as session:
        await AlternativeService(session).request(account_id, provider_id)


async def linked(service: ServiceUnderTest, **attributes: tuple[str, ...]) -> tuple[UUID, IdentityProvider]:
    """An account with a confirmed way in by MitID; its id and the provider."""
    account = UUID((await prepare(service))["id"])
    mitid = provider(service, is_scoped=False, issuer=MITID)
    await ask(service, account, mitid.id)
    found = await resolve(service, mitid, proven("uuid-1", "uuid-1", **attributes), account)
    assert isinstance(found, Account)
    return account, mitid


async def test_a_holder_confirms_by_a_fresh_login_in_the_same_browser(identity: ServiceUnderTest) -> None:
    account = UUID((await prepare(identity))["id"])
    mitid = provider(identity, is_scoped=False, issuer=MITID)
    login = proven("uuid-1", "uuid-1")
    assert await resolve(identity, mitid, login, account) is LoginFault.no_account  # not asked for
    await ask(identity, account, mitid.id)
    assert await resolve(identity, mitid, login) is LoginFault.no_account  # another browser
    assert await resolve(identity, provider(identity, is_scoped=False), login, account) is LoginFault.no_account
    first = await resolve(identity, mitid, login, account)
    assert isinstance(first, Account)
    again = await resolve(identity, mitid, login)
    assert isinstance(again, Account)
    assert (first.id, again.id) == (account, account)
    events = await rows(identity, "SELECT action FROM journal_entry WHERE entity_id = :id ORDER BY id", id=account)
    assert ("account_alternative.confirmed",) in events


async def test_a_wish_holds_ten_minutes_and_once(identity: ServiceUnderTest) -> None:
    account = UUID((await prepare(identity))["id"])
    mitid = provider(identity, is_scoped=False, issuer=MITID)
    await ask(identity, account, mitid.id)
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert await resolve(identity, mitid, proven("uuid-1", "uuid-1"), account) is LoginFault.no_account
    assert isinstance(await resolve(identity, mitid, proven("uuid-1", "uuid-1"), account), Account)
    assert await resolve(identity, mitid, proven("uuid-2", "uuid-2"), account) is LoginFault.no_account


async def test_the_same_name_at_another_issuer_is_another_person(identity: ServiceUnderTest) -> None:
    await linked(identity)
    stranger = provider(identity, is_scoped=False, issuer="https://other.example")
    assert await resolve(identity, stranger, proven("uuid-1", "uuid-1")) is LoginFault.no_account


async def test_login_name_and_subject_of_two_accounts_let_nobody_in(identity: ServiceUnderTest) -> None:
    """A login name that was given to somebody else, at a provider that still knows the former holder."""
    await verify_scope(identity)
    _, mitid = await linked(identity)
    await prepare(identity, "alex@norrvik.example")
    mitid.is_scoped = True
    both = proven("alex@norrvik.example", "uuid-1")
    assert await resolve(identity, mitid, both) is LoginFault.other_person


async def test_of_two_accounts_that_claim_a_login_at_once_one_wins(committed_service: Start) -> None:
    service = await committed_service("identity")
    mitid = provider(service, is_scoped=False, issuer=MITID)
    accounts = [UUID((await prepare(service, f"{name}@norrvik.example"))["id"]) for name in ("kim", "alex")]
    for account in accounts:
        await ask(service, account, mitid.id)

    async def claim(account: UUID) -> bool:
        async with service.database.transaction(service.tenant) as session:
            found = await AlternativeService(session).claim(account, mitid, proven("uuid-1", "uuid-1"))
            await asyncio.sleep(0.05)
            return found is not None

    assert sorted(await asyncio.gather(*map(claim, accounts))) == [False, True]
    assert len(await rows(service, "SELECT account_id FROM account_alternative")) == 1


async def test_a_way_in_that_is_removed_cuts_the_account_off(identity: ServiceUnderTest) -> None:
    account, mitid = await linked(identity)
    await log_in(identity, account)
    admin = identity.as_("tenant_admin@*")
    listed = (await identity.client.get("/identity/v1/account-alternatives", headers=admin)).json()["items"]
    path = f"/identity/v1/account-alternatives/{listed[0]['id']}/removals"
    for role in ("auditor@*", "unit_head@*", "register_admin@*"):
        assert (await identity.client.post(path, headers=identity.as_(role))).status_code == 403
    elsewhere = identity.as_("tenant_admin@*", tenant=new_id())
    assert (await identity.client.post(path, headers=elsewhere)).status_code == 404
    assert (await identity.client.post(path, headers=admin)).status_code == 204
    assert await cut_off(identity) == {str(account)}
    assert await resolve(identity, mitid, proven("uuid-1", "uuid-1")) is LoginFault.no_account


async def test_who_gets_a_new_name_from_nemlogin_waits_for_an_administrator(identity: ServiceUnderTest) -> None:
    professional = {CVR: ("12345678",), RID: ("99",)}
    account, mitid = await linked(identity, **professional)
    renamed = proven("uuid-2", "uuid-2", **professional)
    for _ in range(2):
        assert await resolve(identity, mitid, renamed) is LoginFault.no_account
    assert await resolve(identity, mitid, proven("uuid-3", "uuid-3")) is LoginFault.no_account
    admin = identity.as_("tenant_admin@*")
    cases = (await identity.client.get("/identity/v1/link-cases?state=open", headers=admin)).json()["items"]
    assert [(case["kind"], case["accountId"]) for case in cases] == [("relink", str(account))]
    confirmed = await identity.client.post(f"/identity/v1/link-cases/{cases[0]['id']}/confirmations", headers=admin)
    assert confirmed.status_code == 201, confirmed.text
    found = await resolve(identity, mitid, renamed)
    assert isinstance(found, Account)
    assert found.id == account
    assert await resolve(identity, mitid, proven("uuid-1", "uuid-1")) is LoginFault.no_account


async def test_a_rejected_case_does_not_come_back(identity: ServiceUnderTest) -> None:
    professional = {CVR: ("12345678",), RID: ("99",)}
    _, mitid = await linked(identity, **professional)
    renamed, admin = proven("uuid-2", "uuid-2", **professional), identity.as_("tenant_admin@*")
    await resolve(identity, mitid, renamed)
    case = (await identity.client.get("/identity/v1/link-cases", headers=admin)).json()["items"][0]
    rejected = await identity.client.post(f"/identity/v1/link-cases/{case['id']}/rejections", headers=admin)
    assert rejected.json()["state"] == "rejected"
    await resolve(identity, mitid, renamed)
    assert (await identity.client.get("/identity/v1/link-cases?state=open", headers=admin)).json()["items"] == []


@pytest.mark.parametrize("values", [{CVR: ("1",)}, {CVR: ("1", "2"), RID: ("3",)}, {CVR: ("",), RID: ("3",)}])
def test_cvr_and_rid_count_only_together_and_once(values: dict[str, tuple[str, ...]]) -> None:
    assert relink_digest(MITID, values) is None


async def test_asking_needs_a_strong_and_recent_login_at_home(identity: ServiceUnderTest) -> None:
    body = {"providerId": str(new_id())}
    path = "/identity/v1/alternative-requests"
    for claims in ({"acr": "urn:startklar:loa:basic"}, {"auth_age": 3600}):
        headers = identity.as_("participant@*", **claims)
        assert (await identity.client.post(path, json=body, headers=headers)).status_code == 401
    assert (await identity.client.post(path, json=body, headers=identity.as_("participant@*"))).status_code == 404
