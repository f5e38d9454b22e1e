"""Identity providers: registered by the tenant, their secret goes in and never comes out."""

from typing import Any

import pytest
from sqlalchemy import text

from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest

ADMIN = "tenant_admin@*"
BODY = {
    "name": "Norrviks inloggning",
    "issuer": "https://login.norrvik.example",
    "clientId": "startklar",
    "clientSecret": "a secret of the provider",
    "acrMap": {"urn:idp:two-factor": "urn:startklar:loa:strong"},
}


async def register(identity: ServiceUnderTest, expect: int = 201, **changes: Any) -> dict[str, Any]:
    response = await identity.client.post(
        "/identity/v1/identity-providers", json=BODY | changes, headers=identity.as_(ADMIN)
    )
    assert response.status_code == expect, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_registered_provider_tells_where_it_must_send_people_back(identity: ServiceUnderTest) -> None:
    provider = await register(identity)
    assert provider["redirectUri"] == f"{identity.mint.issuer}/oidc/{identity.tenant}/callback"
    assert provider["loginClaim"] == "eduPersonPrincipalName"
    path = f"/identity/v1/identity-providers/{provider['id']}"
    assert (await identity.client.get(path, headers=identity.as_("auditor@*"))).json() == provider


async def test_its_secret_is_shown_nowhere_and_stored_sealed(identity: ServiceUnderTest) -> None:
    provider = await register(identity)
    assert "a secret" not in str(provider)
    listed = await identity.client.get("/identity/v1/identity-providers", headers=identity.as_(ADMIN))
    journal = await identity.client.get("/identity/v1/journal-entries", headers=identity.as_(ADMIN))
    assert "a secret" not in listed.text + journal.text
    async with identity.database.transaction(identity.tenant) as session:
        sealed = (await session.execute(text("SELECT client_secret_sealed FROM identity_provider"))).scalar_one()
    assert b"a secret" not in sealed


async def test_another_tenant_does_not_see_it(identity: ServiceUnderTest) -> None:
    provider = await register(identity)
    elsewhere = identity.as_(ADMIN, tenant=new_id())
    path = f"/identity/v1/identity-providers/{provider['id']}"
    assert (await identity.client.get(path, headers=elsewhere)).status_code == 404
    listed = await identity.client.get("/identity/v1/identity-providers", headers=elsewhere)
    assert listed.json()["items"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"issuer": "login.norrvik.example"}, "#/issuer"),
        ({"issuer": "https://login.norrvik.example/?x=1"}, "#/issuer"),
        ({"clientSecret": "short"}, "#/clientSecret"),
        ({"acrMap": {"urn:idp:two-factor": "perfect"}}, "#/acrMap/urn:idp:two-factor"),
        ({"isDemo": True}, "#/isDemo"),
    ],
)
async def test_bad_input_names_the_place(identity: ServiceUnderTest, change: dict[str, Any], pointer: str) -> None:
    assert [error["pointer"] for error in (await register(identity, 422, **change))["errors"]] == [pointer]
