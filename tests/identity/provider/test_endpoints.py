"""Identity providers: registered by the tenant, their secret goes in and never comes out."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.identity.provider.service import ProviderService
from services.identity.secret.sealing import Sealer
from shared.kit.ids import new_id
from tests.identity.actions import BASIC, NO_ROLE, TOO_WEAK, act, actions, verdicts
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
    read = await identity.client.get(path, headers=identity.as_("auditor@*"))
    assert read.json() | {"allowedActions": provider["allowedActions"]} == provider


async def test_its_secret_is_shown_nowhere_and_stored_sealed(identity: ServiceUnderTest) -> None:
    provider = await register(identity)
    assert "a secret" not in str(provider)
    listed = await identity.client.get("/identity/v1/identity-providers", headers=identity.as_(ADMIN))
    journal = await identity.client.get("/identity/v1/journal-entries", headers=identity.as_(ADMIN))
    assert "a secret" not in listed.text + journal.text
    async with identity.database.transaction(identity.tenant) as session:
        sealed = (await session.execute(text("SELECT client_secret_sealed FROM identity_provider"))).scalar_one()
    assert b"a secret" not in sealed


async def patch(
    identity: ServiceUnderTest, provider: dict[str, Any], body: dict[str, Any], version: int | None = None, **as_: Any
) -> httpx.Response:
    version = provider["version"] if version is None else version
    headers = identity.as_(as_.pop("role", ADMIN), **as_) | {"If-Match": f'"{version}"'}
    return await identity.client.patch(f"/identity/v1/identity-providers/{provider['id']}", json=body, headers=headers)


async def test_name_secret_acr_values_and_state_can_be_changed_and_the_rest_stays(identity: ServiceUnderTest) -> None:
    provider = await register(identity)
    acr_map = {"urn:idp:card": "urn:startklar:loa:eid3"}
    body = {"name": "Nya inloggningen", "clientSecret": "another secret", "acrMap": acr_map, "state": "disabled"}
    response = await patch(identity, provider, body)
    assert response.status_code == 200, response.text
    changed = response.json()
    assert changed["configurationHash"] != provider["configurationHash"]
    assert changed == provider | {
        "name": "Nya inloggningen",
        "acrMap": acr_map,
        "state": "disabled",
        "version": 2,
        "configurationHash": changed["configurationHash"],
        "updatedAt": changed["updatedAt"],
        "allowedActions": changed["allowedActions"],
    }
    assert response.headers["etag"] == '"2"'
    again = await patch(identity, changed, {"state": "active"})
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "identity-provider-unverified")


async def test_a_new_secret_is_sealed_for_the_same_provider_and_appears_in_no_journal(
    identity: ServiceUnderTest,
) -> None:
    provider = await register(identity)
    await patch(identity, provider, {"clientSecret": "another secret"})
    journal = await identity.client.get("/identity/v1/journal-entries", headers=identity.as_(ADMIN))
    assert "provider.changed" in journal.text
    assert "another secret" not in journal.text
    sealer = Sealer(identity.settings.file_key_bytes())
    async with identity.database.transaction(identity.tenant) as session:
        providers = ProviderService(session, sealer)
        assert providers.secret_of(await providers.get(UUID(provider["id"]))) == "another secret"


async def test_a_change_builds_on_the_version_that_was_read(identity: ServiceUnderTest) -> None:
    provider = await register(identity)
    assert (await patch(identity, provider, {"name": "A"}, version=7)).status_code == 412
    path = f"/identity/v1/identity-providers/{provider['id']}"
    assert (await identity.client.patch(path, json={"name": "A"}, headers=identity.as_(ADMIN))).status_code == 428


async def test_only_the_tenants_own_administrator_with_a_strong_login_changes_it(identity: ServiceUnderTest) -> None:
    provider = await register(identity)
    body = {"state": "disabled"}
    assert (await patch(identity, provider, body, tenant=new_id())).status_code == 404
    assert (await patch(identity, provider, body, role="auditor@*")).status_code == 403
    assert (await patch(identity, provider, body, acr="urn:startklar:loa:basic")).status_code == 401
    path = f"/identity/v1/identity-providers/{provider['id']}"
    assert (await identity.client.get(path, headers=identity.as_(ADMIN))).json() == provider


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"state": "paused"}, "#/state"),
        ({"clientSecret": "short"}, "#/clientSecret"),
        ({"issuer": "https://evil.example"}, "#/issuer"),
        ({"protocol": "saml"}, "#/protocol"),
        ({"acrMap": {"urn:idp:two-factor": "perfect"}}, "#/acrMap/urn:idp:two-factor"),
    ],
)
async def test_what_makes_it_another_provider_cannot_be_changed(
    identity: ServiceUnderTest, change: dict[str, Any], pointer: str
) -> None:
    response = await patch(identity, await register(identity), change)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


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


async def test_a_provider_names_what_its_reader_may_do_and_that_is_what_happens(identity: ServiceUnderTest) -> None:
    provider = await register(identity)
    path = f"/identity/v1/identity-providers/{provider['id']}"
    readers = [
        (identity.as_("auditor@*"), NO_ROLE, 403),
        (identity.as_(ADMIN, acr=BASIC), TOO_WEAK, 401),
        (identity.as_(ADMIN), None, 200),
    ]
    for reader, reason, status in readers:
        told = await verdicts(identity, path, reader)
        assert set(told) == {"change", "try", "activate", "disable"}
        assert told["change"] == told["try"] == (reason is None, reason)
        assert not told["activate"][0], "nobody has proved yet that it works"
        assert reason is None or set(told.values()) == {(False, reason)}
        listed = (await identity.client.get("/identity/v1/identity-providers", headers=reader)).json()["items"][0]
        assert listed["allowedActions"] == list((await actions(identity, path, reader)).values())
        response = await act(identity, listed["allowedActions"][0], reader, name="Ny")
        assert response.status_code == status
    assert provider["allowedActions"] == listed["allowedActions"] == response.json()["allowedActions"]
