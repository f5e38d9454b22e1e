"""The first administrator of a platform: one code, one hour, one use."""

import asyncio
import sys
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.identity.client.app_client import register_app
from services.identity.founding.errors import AlreadyBootstrapped
from services.identity.founding.service import FoundingService
from shared.kit import clock
from shared.kit.kit_tables import NO_TENANT
from tests.identity.world import World
from tests.support.services import FILE_KEY, ServiceUnderTest, Start

BODY = {
    "name": "Drift AB",
    "slug": "drift",
    "administrator": {"loginName": "admin@drift.example", "displayName": "Kim Exempel"},
    "identityProvider": {
        "name": "Drifts inloggning",
        "issuer": "https://login.drift.example",
        "clientId": "startklar",
        "clientSecret": "a secret of the provider",
    },
}


async def new_code(service: ServiceUnderTest) -> str:
    async with service.database.transaction(None) as session:
        return await FoundingService(session).new_code()


async def bootstrap(service: ServiceUnderTest, code: str, **changes: Any) -> httpx.Response:
    return await service.client.post("/identity/v1/bootstraps", json={**BODY, "code": code, **changes})


async def test_the_code_founds_the_operator_with_its_provider_and_first_administrator(
    identity: ServiceUnderTest,
) -> None:
    response = await bootstrap(identity, await new_code(identity))
    assert response.status_code == 201, response.text
    tenant = response.json()["tenant"]
    assert response.json()["redirectUri"] == f"{identity.mint.issuer}/oidc/{tenant['id']}/callback"
    admin = identity.as_("tenant_admin@*", tenant=tenant["id"])
    roles = (await identity.client.get("/identity/v1/memberships", headers=admin)).json()["items"]
    assert {row["role"] for row in roles} == {"tenant_admin", "platform_admin"}
    providers = await identity.client.get("/identity/v1/identity-providers", headers=admin)
    assert providers.json()["items"][0]["issuer"] == "https://login.drift.example"
    assert "a secret of the provider" not in providers.text
    async with identity.database.transaction(tenant["id"]) as session:
        sealed = (await session.execute(text("SELECT client_secret_sealed FROM identity_provider"))).scalar_one()
    assert b"a secret" not in sealed


async def test_a_tenant_is_founded_with_the_provider_that_its_first_administrator_logs_in_at(
    identity: ServiceUnderTest,
) -> None:
    body = {"kind": "authority", "slug": "nordvik", **{key: BODY[key] for key in ("name", "administrator")}}
    body |= {"administrator": {"loginName": "admin@nordvik.example", "displayName": "Kim Exempel"}}
    operator = identity.as_("platform_admin@*")
    founded = await identity.client.post(
        "/identity/v1/tenants", json=body | {"identityProvider": BODY["identityProvider"]}, headers=operator
    )
    assert founded.status_code == 201, founded.text
    admin = identity.as_("tenant_admin@*", tenant=founded.json()["id"])
    [provider] = (await identity.client.get("/identity/v1/identity-providers", headers=admin)).json()["items"]
    assert provider["issuer"] == "https://login.drift.example"
    assert provider["redirectUri"].endswith(f"/oidc/{founded.json()['id']}/callback")
    [role] = (await identity.client.get("/identity/v1/memberships", headers=admin)).json()["items"]
    assert role["role"] == "tenant_admin"
    assert (await identity.client.get("/identity/v1/identity-providers", headers=operator)).json().get(
        "items", []
    ) == []


async def test_a_code_counts_once_and_there_is_one_operator(identity: ServiceUnderTest) -> None:
    first, second = await new_code(identity), await new_code(identity)
    assert (await bootstrap(identity, first)).status_code == 201
    assert (await bootstrap(identity, first, slug="other")).status_code == 403
    assert (await bootstrap(identity, second, slug="other")).status_code == 409
    with pytest.raises(AlreadyBootstrapped):
        await new_code(identity)


async def test_of_two_bootstraps_at_the_same_time_one_founds_the_operator(committed_service: Start) -> None:
    service = await committed_service("identity")
    codes = [await new_code(service) for _ in range(4)]
    responses = await asyncio.gather(
        *(bootstrap(service, code, slug=f"drift-{number}") for number, code in enumerate(codes))
    )
    assert sorted(response.status_code for response in responses) == [201, 409, 409, 409]


@pytest.mark.parametrize("code", ["an invented code of length", "x" * 16])
async def test_an_invented_code_founds_nothing(identity: ServiceUnderTest, code: str) -> None:
    await new_code(identity)
    assert (await bootstrap(identity, code)).status_code == 403


async def test_a_code_is_worthless_after_an_hour(identity: ServiceUnderTest) -> None:
    with clock.frozen(clock.now() - timedelta(minutes=61)):
        code = await new_code(identity)
    assert (await bootstrap(identity, code)).status_code == 403


async def test_the_code_is_stored_as_a_hash(identity: ServiceUnderTest) -> None:
    code = await new_code(identity)
    async with identity.database.transaction(None) as session:
        await session.execute(text("SELECT set_config('app.tenant', :nil, true)"), {"nil": str(NO_TENANT)})
        stored = (await session.execute(text("SELECT b::text FROM bootstrap_code b"))).scalar_one()
    assert code not in stored


async def command(service: ServiceUnderTest, *arguments: str) -> asyncio.subprocess.Process:
    """`python -m services.identity.bootstrap` on the database of `service`."""
    env = {
        "IDENTITY_DATABASE_URL": service.urls.app,
        "IDENTITY_RELAY_DATABASE_URL": service.urls.relay,
        "STARTKLAR_ENVIRONMENT": "test",
        "STARTKLAR_REDIS_URL": "redis://127.0.0.1/0",
        "STARTKLAR_PUBLIC_URL": "http://gateway.test",
        "STARTKLAR_ISSUER": "http://gateway.test",
        "STARTKLAR_JWKS_URL": "http://gateway.test/oauth2/jwks",
        "STARTKLAR_FILE_KEY": FILE_KEY,
    }
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.identity.bootstrap", *arguments, env=env, stdout=pipe, stderr=pipe
    )


async def test_the_command_registers_an_app_that_people_can_log_in_with(committed_service: Start) -> None:
    service = await committed_service("identity")
    back = "https://app.drift.example/callback"
    process = await command(service, "--no-code", "--app", "drift-app", "--redirect-uri", back)
    out, err = await process.communicate()
    assert (process.returncode, out) == (0, b""), err.decode()
    founded = await bootstrap(service, await new_code(service))
    asked = {
        "response_type": "code",
        "client_id": "drift-app",
        "redirect_uri": back,
        "scope": "openid",
        "tenant": "drift",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    begun = await service.client.get("/oauth2/authorize", params=asked)
    assert f"/oidc/{founded.json()['tenant']['id']}/login" in begun.headers["location"]


@pytest.mark.parametrize(
    ("app", "address"),
    [
        ("service-sync", "https://app.drift.example/"),
        ("Drift App", "https://app.drift.example/"),
        ("drift-app", "http://app.drift.example/"),
        ("drift-app", "https://app.drift.example/#x"),
        ("drift-app", "javascript:alert(1)"),
    ],
)
async def test_an_app_with_an_unsafe_address_or_a_services_name_is_refused(
    identity: ServiceUnderTest, app: str, address: str
) -> None:
    async with identity.database.transaction(None) as session:
        with pytest.raises(ValueError, match=r"app's id|redirect addresses"):
            await register_app(session, app, [address])


async def test_the_command_prints_the_code_alone_and_registers_the_services(
    committed_service: Start, world: World
) -> None:
    service = await committed_service("identity")
    process = await command(service, "--service-keys", str(world.keys))
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert (await bootstrap(service, out.decode().strip())).status_code == 201
    async with service.database.transaction(NO_TENANT) as session:
        clients = list((await session.execute(text("SELECT client_id FROM client ORDER BY 1"))).scalars())
    assert clients == [f"service-{name}" for name in ("identity", "projects", "sync", "training", "webhooks")]
