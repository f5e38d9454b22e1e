"""Programs prove who they are: scripts by a secret, services by an assertion that counts once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.auth.jws import SigningKey
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.token.requests import assertion_form, basic, post, token_source
from tests.identity.world import World, bearer, claims_of


async def test_a_script_acts_in_its_tenant_with_its_own_roles(world: World) -> None:
    response = await post(world, "/oauth2/token", {"grant_type": "client_credentials"}, basic(*world.script))
    claims = claims_of(response.json()["access_token"])
    assert claims["aud"] == "urn:startklar:api"
    assert (claims["tenant"], claims["side"]) == (world.tenant("norrvik"), "customer")
    assert claims["roles"] == ["auditor@*", "project_leader@*"]
    assert "acr" not in claims
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        me = await client.get("/identity/v1/me", headers=bearer(response.json()["access_token"]))
    assert (me.json()["kind"], me.json()["displayName"]) == ("script", "demo-script")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"audience": "urn:startklar:sync"}, "invalid_target"),
        ({"tenant": "01990000-0000-7000-8000-000000000001"}, "invalid_target"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "everything:write"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
    ],
)
async def test_a_script_gets_no_more_than_it_is_registered_for(world: World, form: dict[str, str], error: str) -> None:
    asked = {"grant_type": "client_credentials"} | form
    response = await post(world, "/oauth2/token", asked, basic(*world.script))
    assert (response.status_code, response.json()["error"]) == (400, error)


@pytest.mark.parametrize("secret", ["", "a guess", "é"])
async def test_a_wrong_secret_is_refused_with_a_challenge(world: World, secret: str) -> None:
    client_id, _ = world.script
    form = {"grant_type": "client_credentials"}
    response = await post(world, "/oauth2/token", form, basic(client_id, secret))
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("authorization", ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer x", "Negotiate x"])
async def test_an_authorization_header_that_cannot_be_read_is_refused(world: World, authorization: str) -> None:
    form = {"grant_type": "client_credentials"}
    response = await post(world, "/oauth2/token", form, {"Authorization": authorization})
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


async def test_a_secret_in_the_body_and_a_public_client_alone_get_no_program_token(world: World) -> None:
    client_id, secret = world.script
    in_body = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    assert (await post(world, "/oauth2/token", in_body)).json()["error"] == "invalid_client"
    public = {"grant_type": "client_credentials", "client_id": "demo-app"}
    assert (await post(world, "/oauth2/token", public)).json()["error"] == "unauthorized_client"


async def test_a_service_gets_a_token_for_the_callees_internal_routes_and_enters_there(world: World) -> None:
    source = token_source(world, "projects")
    claims = claims_of(await source.token("identity"))
    assert claims["aud"] == "urn:startklar:identity"
    assert (claims["client_id"], claims["scope"]) == ("service-projects", "events:read changes:read")
    assert "tenant" not in claims
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        headers = await source.headers("identity")
        assert (await client.get("/internal/events", params={"after": 0}, headers=headers)).status_code == 200
        elsewhere = await source.headers("sync")
        assert (await client.get("/internal/events", params={"after": 0}, headers=elsewhere)).status_code == 401


async def test_a_service_may_bind_its_token_to_one_tenant_that_exists(world: World) -> None:
    tenant = UUID(world.tenant("norrvik"))
    assert claims_of(await token_source(world, "sync").token("identity", tenant))["tenant"] == str(tenant)
    form = assertion_form(world) | {"audience": "urn:startklar:identity", "tenant": str(new_id())}
    assert (await post(world, "/oauth2/token", form)).json()["error"] == "invalid_target"


async def test_an_assertion_counts_once(world: World) -> None:
    form = assertion_form(world)
    responses = await asyncio.gather(*(post(world, "/oauth2/token", form) for _ in range(6)))
    assert sorted(response.status_code for response in responses) == [200] + [401] * 5


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://another.example"},
        {"aud": None},
        {"iss": "service-sync"},
        {"sub": "service-sync"},
        {"exp": int((clock.now() - timedelta(minutes=2)).timestamp())},
        {"exp": int((clock.now() + timedelta(hours=2)).timestamp())},
        {"exp": None},
        {"jti": None},
        {"jti": ""},
    ],
)
async def test_an_assertion_that_is_not_exactly_right_is_refused(world: World, claims: dict[str, Any]) -> None:
    response = await post(world, "/oauth2/token", assertion_form(world, **claims))
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


async def test_an_assertion_for_the_token_endpoints_address_is_refused(world: World) -> None:
    """The audience is the issuer alone: an address could be another server's too."""
    form = assertion_form(world, aud=f"{world.issuer}/oauth2/token")
    assert (await post(world, "/oauth2/token", form)).status_code == 401


async def test_an_assertion_under_a_foreign_key_or_of_another_kind_is_refused(world: World) -> None:
    known = world.service_key("projects")
    forged = SigningKey(SigningKey.generate()._private, kid=known.kid)
    for form in (
        assertion_form(world, key=SigningKey.generate()),
        assertion_form(world, key=forged),
        assertion_form(world, typ="at+jwt"),
        assertion_form(world) | {"client_assertion_type": "jwt"},
        assertion_form(world) | {"client_assertion": "a.b.c"},
    ):
        response = await post(world, "/oauth2/token", form)
        assert response.json()["error"] in ("invalid_client", "invalid_request")


async def test_two_kinds_of_client_authentication_at_once_are_refused(world: World) -> None:
    response = await post(world, "/oauth2/token", assertion_form(world), basic(*world.script))
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"grant_type": "client_credentials"}', "application/json"),
        (b"grant_type=client_credentials&grant_type=refresh_token", "application/x-www-form-urlencoded"),
        (b"grant_type=%ff", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"a=1&" * 50, "application/x-www-form-urlencoded"),
        (b"grant_type=" + b"x" * 9000, "application/x-www-form-urlencoded"),
        (b"grant_type=a%00b", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_is_no_proper_form_is_refused(world: World, content: bytes, kind: str) -> None:
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        response = await client.post("/oauth2/token", content=content, headers={"Content-Type": kind})
    assert response.status_code in (400, 401)
    assert response.json()["error"] in ("invalid_request", "invalid_client")
