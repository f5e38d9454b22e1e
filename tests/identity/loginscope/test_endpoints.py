"""Login scopes over HTTP: asked for, vouched for, one tenant's at most, given up with everybody in it."""

import asyncio
from uuid import UUID

from services.identity.loginscope.errors import LoginScopeTaken
from services.identity.loginscope.service import LoginScopeService
from shared.auth import Side
from shared.kit.ids import new_id
from tests.identity.account.test_endpoints import prepare
from tests.identity.people import cut_off, log_in, rows, verify_scope
from tests.support.services import ServiceUnderTest, Start

ADMIN = "tenant_admin@*"


async def test_a_domain_is_asked_for_by_the_tenant_and_vouched_for_by_the_operator(identity: ServiceUnderTest) -> None:
    operator = identity.as_("platform_admin@*", tenant=new_id(), side=Side.supplier)
    founded = await identity.client.post(
        "/identity/v1/tenants", json={"kind": "authority", "name": "Norrvik", "slug": "norrvik-x"}, headers=operator
    )
    tenant = founded.json()["id"]
    admin = identity.as_(ADMIN, tenant=UUID(tenant))
    asked = await identity.client.post("/identity/v1/login-scopes", json={"domain": "Norrvik.Example"}, headers=admin)
    assert (asked.status_code, asked.json()["domain"], asked.json()["state"]) == (201, "norrvik.example", "pending")
    path = f"/identity/v1/tenants/{tenant}/login-scopes"
    body = {"domain": "norrvik.example", "evidence": "seen in DNS"}
    assert (await identity.client.post(path, json=body, headers=admin)).status_code == 403
    vouched = await identity.client.post(path, json=body, headers=operator)
    assert (vouched.status_code, vouched.json()["id"]) == (201, asked.json()["id"])
    seen = (await identity.client.get("/identity/v1/login-scopes", headers=admin)).json()["items"]
    assert [(scope["domain"], scope["state"], scope["how"]) for scope in seen] == [
        ("norrvik.example", "verified", "operator")
    ]


async def test_a_tenant_cannot_prove_a_domain_by_its_own_word(identity: ServiceUnderTest) -> None:
    admin = identity.as_(ADMIN)
    asked = await identity.client.post("/identity/v1/login-scopes", json={"domain": "soderby.example"}, headers=admin)
    path = f"/identity/v1/login-scopes/{asked.json()['id']}/verifications"
    refused = await identity.client.post(path, headers=admin)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "login-scope-not-proved")
    weak = identity.as_(ADMIN, acr="urn:startklar:loa:basic")
    assert (await identity.client.post(path, headers=weak)).status_code == 401


async def test_names_that_are_no_domain_are_refused(identity: ServiceUnderTest) -> None:
    for domain in (
        "norrvik",
        "norr vik.example",
        "@norrvik.example",
        "norrvik.example.",
        "n\u00f6rr.example",
        "*.example",
    ):
        response = await identity.client.post(
            "/identity/v1/login-scopes", json={"domain": domain}, headers=identity.as_(ADMIN)
        )
        assert response.status_code == 422, domain


async def test_a_domain_that_is_given_up_cuts_off_who_came_in_by_it(identity: ServiceUnderTest) -> None:
    scope = await verify_scope(identity)
    await verify_scope(identity, "alvsunda.example")
    gone, stays = [(await prepare(identity, name))["id"] for name in ("kim@norrvik.example", "kim@alvsunda.example")]
    for account in (gone, stays):
        await log_in(identity, account)
    path, admin = f"/identity/v1/login-scopes/{scope}", identity.as_(ADMIN)
    assert (await identity.client.delete(path, headers=admin)).status_code == 428
    removed = await identity.client.delete(path, headers=admin | {"If-Match": '"2"'})
    assert removed.status_code == 204, removed.text
    assert await cut_off(identity) == {gone}
    actions = await rows(identity, "SELECT action FROM journal_entry WHERE entity = 'login_scope' ORDER BY id")
    assert ("login_scope.removed",) in actions


async def test_of_two_tenants_that_prove_a_domain_at_once_one_wins_and_the_other_learns_nothing(
    committed_service: Start,
) -> None:
    service = await committed_service("identity")
    tenants = [new_id(), new_id()]

    async def prove(tenant: UUID) -> str:
        try:
            async with service.database.transaction(tenant) as session:
                await LoginScopeService(session).verify("norrvik.example", "operator", "a test")
                await asyncio.sleep(0.05)
        except LoginScopeTaken as taken:
            return str(taken.document("en"))
        return "won"

    answers = await asyncio.gather(*map(prove, tenants))
    assert sorted(answer == "won" for answer in answers) == [False, True]
    assert not any(str(tenant) in answer for tenant in tenants for answer in answers)
