"""Clients: a tenant's scripts, whose secret is shown once and whose tokens die when they are disabled."""

import base64
from typing import Any

import pytest
from sqlalchemy import text

from services.identity.tenant.models import Tenant
from shared.auth import Acr
from shared.auth.jws import SigningKey
from shared.kit.ids import new_id
from tests.identity.actions import BASIC, NO_ROLE, TOO_WEAK, act, actions, verdicts
from tests.support.services import ServiceUnderTest

ADMIN = "tenant_admin@*"
BODY = {"name": "Nattlig export", "scopes": ["projects:read"], "roles": [{"role": "auditor"}]}


async def register(identity: ServiceUnderTest, expect: int = 201, **changes: Any) -> dict[str, Any]:
    response = await identity.client.post("/identity/v1/clients", json=BODY | changes, headers=identity.as_(ADMIN))
    assert response.status_code == expect, response.text
    answer: dict[str, Any] = response.json()
    return answer


@pytest.fixture(autouse=True)
async def _tenant(identity: ServiceUnderTest) -> None:
    """Tokens are for tenants that stand in the directory."""
    async with identity.database.transaction(None) as session:
        session.add(Tenant(id=identity.tenant, kind="authority", name="Norrviks kommun", slug="norrvik"))


async def ask(identity: ServiceUnderTest, client: dict[str, Any]) -> int:
    pair = f"{client['clientId']}:{client['clientSecret']}".encode()
    headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    form = {"grant_type": "client_credentials"}
    return (await identity.client.post("/oauth2/token", data=form, headers=headers)).status_code


async def test_a_registered_script_gets_tokens_and_its_secret_is_shown_once(identity: ServiceUnderTest) -> None:
    client = await register(identity)
    assert await ask(identity, client) == 200
    again = await identity.client.get(f"/identity/v1/clients/{client['id']}", headers=identity.as_(ADMIN))
    listed = await identity.client.get("/identity/v1/clients", headers=identity.as_(ADMIN))
    for response in (again, listed):
        assert client["clientSecret"] not in response.text
    async with identity.database.transaction(identity.tenant) as session:
        stored = (await session.execute(text("SELECT c::text FROM client c"))).scalar_one()
    assert client["clientSecret"] not in stored


async def test_a_repeated_registration_gets_the_same_secret_and_it_is_not_readable_meanwhile(
    identity: ServiceUnderTest,
) -> None:
    headers = identity.as_(ADMIN) | {"Idempotency-Key": "the-same-key"}
    first = await identity.client.post("/identity/v1/clients", json=BODY, headers=headers)
    again = await identity.client.post("/identity/v1/clients", json=BODY, headers=headers)
    assert first.json()["clientSecret"] == again.json()["clientSecret"]
    async with identity.database.transaction(identity.tenant) as session:
        stored = (await session.execute(text("SELECT body FROM idempotency"))).scalar_one()
    assert first.json()["clientSecret"].encode() not in stored


async def test_handing_out_rights_needs_a_strong_login(identity: ServiceUnderTest) -> None:
    for path in ("clients", "memberships", "identity-providers"):
        headers = identity.as_(ADMIN, acr=Acr.basic)
        response = await identity.client.post(f"/identity/v1/{path}", json={}, headers=headers)
        assert (response.status_code, path) == (401, path)
        assert 'error="insufficient_user_authentication"' in response.headers["www-authenticate"]


async def test_a_script_with_a_key_of_its_own_has_no_secret(identity: ServiceUnderTest) -> None:
    client = await register(identity, publicKeys=[SigningKey.generate().public_jwk()])
    assert client["clientSecret"] is None


async def test_a_suppliers_administrator_gets_no_script_of_the_customers_side(identity: ServiceUnderTest) -> None:
    supplier, path = identity.as_(ADMIN, side="supplier"), "/identity/v1/clients"
    for changes, status in (({}, 403), ({"side": "customer"}, 403), ({"side": "supplier"}, 201)):
        answer = await identity.client.post(path, json=BODY | changes, headers=supplier)
        assert answer.status_code == status, answer.text
    path = f"{path}/{(await register(identity))['id']}"
    shown = await actions(identity, path, supplier)
    assert {name: one["allowed"] for name, one in shown.items()} == {"change": False, "rotate": False, "delete": True}
    for name, body in (("rotate", {"overlapMinutes": 5}), ("change", {"name": "Vår export"})):
        assert (await act(identity, shown[name], supplier, **body)).status_code == 403, name


async def test_a_script_does_not_decide_in_anybodys_place(identity: ServiceUnderTest) -> None:
    problem = await register(identity, 422, roles=[{"role": "auditor"}, {"role": "approver"}])
    assert [error["pointer"] for error in problem["errors"]] == ["#/roles"]


async def test_a_disabled_script_gets_no_tokens_until_it_is_enabled(identity: ServiceUnderTest) -> None:
    client = await register(identity)
    path, admin = f"/identity/v1/clients/{client['id']}", identity.as_(ADMIN)
    disabled = await identity.client.patch(path, json={"state": "disabled"}, headers=admin | {"If-Match": '"1"'})
    assert disabled.json()["state"] == "disabled"
    assert await ask(identity, client) == 401
    async with identity.database.transaction(identity.tenant) as session:
        cut = (await session.execute(text("SELECT account_id::text FROM access_cutoff"))).scalars()
        assert list(cut) == [client["id"]]
    await identity.client.patch(path, json={"state": "active"}, headers=admin | {"If-Match": '"2"'})
    assert await ask(identity, client) == 200


async def test_the_scripts_of_a_tenant_that_is_no_longer_active_get_no_tokens(identity: ServiceUnderTest) -> None:
    client = await register(identity)
    async with identity.database.transaction(None) as session:
        await session.execute(text("UPDATE tenant SET state = 'closed'"))
    assert await ask(identity, client) == 400


async def test_another_tenant_neither_sees_nor_disables_a_script(identity: ServiceUnderTest) -> None:
    client = await register(identity)
    path, elsewhere = f"/identity/v1/clients/{client['id']}", identity.as_(ADMIN, tenant=new_id())
    assert (await identity.client.get(path, headers=elsewhere)).status_code == 404
    change = await identity.client.patch(path, json={"state": "disabled"}, headers=elsewhere | {"If-Match": '"1"'})
    assert change.status_code == 404
    assert await ask(identity, client) == 200


async def test_a_script_cannot_administer_the_platform(identity: ServiceUnderTest) -> None:
    problem = await register(identity, 422, roles=[{"role": "platform_admin"}])
    assert problem["errors"][0]["pointer"] == "#/roles"


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "x"},
        {"kty": "RSA", "kid": "x"},
        {**SigningKey.generate().public_jwk(), "d": "AAAA"},
        {**SigningKey.generate().public_jwk(), "x": "AAAA"},
        {},
    ],
)
async def test_a_key_that_cannot_verify_es256_is_refused(identity: ServiceUnderTest, jwk: dict[str, str]) -> None:
    problem = await register(identity, 422, publicKeys=[jwk])
    assert problem["errors"][0]["pointer"] == "#/publicKeys/0"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"scopes": []}, "#/scopes"),
        ({"scopes": ["everything:write"]}, "#/scopes/0"),
        ({"roles": [{"role": "emperor"}]}, "#/roles/0/role"),
        ({"clientId": "demo-app"}, "#/clientId"),
    ],
)
async def test_bad_input_names_the_place(identity: ServiceUnderTest, change: dict[str, Any], pointer: str) -> None:
    assert [error["pointer"] for error in (await register(identity, 422, **change))["errors"]] == [pointer]


async def test_a_client_names_what_its_reader_may_do_and_that_is_what_happens(identity: ServiceUnderTest) -> None:
    client = await register(identity)
    path = f"/identity/v1/clients/{client['id']}"
    readers = [
        (identity.as_("auditor@*"), NO_ROLE, 403),
        (identity.as_(ADMIN, acr=BASIC), TOO_WEAK, 401),
        (identity.as_(ADMIN), None, 200),
    ]
    for reader, reason, status in readers:
        same = dict.fromkeys(("change", "rotate", "delete"), (reason is None, reason))
        assert await verdicts(identity, path, reader) == same
        listed = (await identity.client.get("/identity/v1/clients", headers=reader)).json()["items"][0]
        assert listed["allowedActions"] == list((await actions(identity, path, reader)).values())
        response = await act(identity, listed["allowedActions"][0], reader, name="Ny")
        assert response.status_code == status
    assert client["allowedActions"] == listed["allowedActions"] == response.json()["allowedActions"]
    app = await register(identity, kind="public", roles=[], redirectUris=["https://app.example/"])
    verdict = (await verdicts(identity, f"/identity/v1/clients/{app['id']}", readers[-1][0]))["rotate"]
    assert verdict == (False, "The client has no secret")
