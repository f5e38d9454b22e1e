"""The token endpoint: codes and refresh tokens count once, nothing is strengthened, programs prove who they are."""

import asyncio
import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from shared.auth.jws import SigningKey
from shared.auth.service_tokens import ASSERTION_TYPE, TokenSource
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.world import SCOPE, Pkce, World, bearer, claims_of

OFFLINE = f"{SCOPE} offline_access"


async def post(world: World, path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> httpx.Response:
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        return await client.post(path, data=form, headers=headers)


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


async def refresh(world: World, token: str, **more: str) -> httpx.Response:
    return await world.ask_for_token(grant_type="refresh_token", refresh_token=token, **more)


async def redeem(world: World, code: str, pkce: Pkce, changes: dict[str, str] | None = None) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": world.redirect_uri,
        "code_verifier": pkce.verifier,
    } | (changes or {})
    return await world.ask_for_token(**form)


async def code_and_proof(world: World, scope: str = SCOPE) -> tuple[str, Pkce]:
    pkce = Pkce()
    async with world.browser() as browser:
        return (await browser.code_for("rektor", scope=scope, pkce=pkce))["code"], pkce


# Codes


async def test_a_code_counts_once_and_its_second_use_ends_what_the_first_one_gave(world: World) -> None:
    code, pkce = await code_and_proof(world, OFFLINE)
    first = await redeem(world, code, pkce)
    second = await redeem(world, code, pkce)
    assert (first.status_code, second.status_code) == (200, 400)
    assert second.json()["error"] == "invalid_grant"
    assert (await refresh(world, first.json()["refresh_token"])).json()["error"] == "invalid_grant"


async def test_of_many_redemptions_at_the_same_time_one_succeeds(world: World) -> None:
    code, pkce = await code_and_proof(world)
    responses = await asyncio.gather(*(redeem(world, code, pkce) for _ in range(8)))
    assert sorted(response.status_code for response in responses) == [200] + [400] * 7


@pytest.mark.parametrize(
    "change",
    [
        {"code_verifier": "A" * 43},
        {"code_verifier": ""},
        {"code_verifier": "short"},
        {"redirect_uri": "http://127.0.0.1:8765/callback"},
        {"redirect_uri": ""},
        {"code": "A" * 64},
        {"code": "nonsense"},
    ],
)
async def test_a_code_without_its_proof_is_worthless(world: World, change: dict[str, str]) -> None:
    code, pkce = await code_and_proof(world)
    response = await redeem(world, code, pkce, change)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert response.headers["cache-control"] == "no-store"


async def test_a_code_that_failed_its_proof_cannot_be_tried_again(world: World) -> None:
    code, pkce = await code_and_proof(world)
    await redeem(world, code, Pkce())
    assert (await redeem(world, code, pkce)).status_code == 400


async def test_a_code_lives_a_minute(world: World) -> None:
    code, pkce = await code_and_proof(world)
    async with world.database.transaction(None) as session:
        await session.execute(text("SELECT set_config('app.tenant', :t, true)"), {"t": world.tenant("norrvik")})
        await session.execute(text("UPDATE authorization_code SET expires_at = now() WHERE used_at IS NULL"))
    assert (await redeem(world, code, pkce)).json()["error"] == "invalid_grant"


async def test_no_code_or_refresh_token_is_stored_in_the_clear(world: World) -> None:
    code, pkce = await code_and_proof(world, OFFLINE)
    token = (await redeem(world, code, pkce)).json()["refresh_token"]
    async with world.database.transaction(None) as session:
        await session.execute(text("SELECT set_config('app.tenant', :t, true)"), {"t": world.tenant("norrvik")})
        rows = await session.execute(
            text("SELECT c::text FROM authorization_code c UNION ALL SELECT r::text FROM refresh_token r")
        )
        stored = "".join(rows.scalars())
    assert stored
    assert code not in stored
    assert token not in stored


# Refresh tokens


async def test_a_refresh_rotates_and_neither_strengthens_nor_renews_the_login(world: World) -> None:
    tokens = await world.log_in("deltagare", scope=OFFLINE)
    response = await refresh(world, tokens["refresh_token"])
    assert response.status_code == 200, response.text
    before, after = claims_of(tokens["access_token"]), claims_of(response.json()["access_token"])
    assert response.json()["refresh_token"] != tokens["refresh_token"]
    assert after["jti"] != before["jti"]
    for claim in ("acr", "auth_time", "sub", "tenant", "sid", "scope"):
        assert after[claim] == before[claim]
    assert after["acr"] == "urn:startklar:loa:basic"


async def test_a_refresh_token_that_is_used_twice_ends_its_whole_family_and_its_access_tokens(world: World) -> None:
    tokens = await world.log_in("utbildare", scope=OFFLINE)
    second = (await refresh(world, tokens["refresh_token"])).json()
    assert (await refresh(world, tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await refresh(world, second["refresh_token"])).json()["error"] == "invalid_grant"
    async with world.database.transaction(None) as session:
        await session.execute(text("SELECT set_config('app.tenant', :t, true)"), {"t": world.tenant("norrvik")})
        cut = await session.execute(text("SELECT account_id::text FROM access_cutoff"))
        assert claims_of(tokens["access_token"])["sub"] in list(cut.scalars())


async def test_of_two_refreshes_at_the_same_time_one_succeeds(world: World) -> None:
    tokens = await world.log_in("revisor", scope=OFFLINE)
    responses = await asyncio.gather(*(refresh(world, tokens["refresh_token"]) for _ in range(6)))
    assert sorted(response.status_code for response in responses) == [200] + [400] * 5


async def test_a_refresh_may_narrow_the_scope_and_never_widen_it(world: World) -> None:
    tokens = await world.log_in("rektor", scope="openid offline_access accounts:read")
    narrow = await refresh(world, tokens["refresh_token"], scope="accounts:read")
    assert claims_of(narrow.json()["access_token"])["scope"] == "accounts:read"
    assert "id_token" not in narrow.json()
    wide = await refresh(world, narrow.json()["refresh_token"], scope="accounts:read accounts:write")
    assert wide.json()["error"] == "invalid_scope"


async def test_a_refresh_reads_the_roles_anew_and_ends_with_the_last_one(world: World) -> None:
    admin = await world.log_in("admin")
    tokens = await world.log_in("register", scope=OFFLINE)
    async with httpx.AsyncClient(
        base_url=world.issuer, trust_env=False, headers=bearer(admin["access_token"])
    ) as client:
        account = claims_of(tokens["access_token"])["sub"]
        extra = {"accountId": account, "role": "trainer", "side": "customer"}
        assert (await client.post("/identity/v1/memberships", json=extra)).status_code == 201
        refreshed = (await refresh(world, tokens["refresh_token"])).json()
        assert claims_of(refreshed["access_token"])["roles"] == ["register_admin@*", "trainer@*"]
        held = (await client.get("/identity/v1/memberships", params={"accountId": account})).json()["items"]
        for membership in held:
            await client.delete(f"/identity/v1/memberships/{membership['id']}", headers={"If-Match": '"1"'})
    assert (await refresh(world, refreshed["refresh_token"])).json()["error"] == "invalid_grant"


async def test_logging_out_ends_the_refresh_tokens_of_the_session(world: World) -> None:
    async with world.browser() as browser:
        tokens = await browser.log_in("rektor", scope=OFFLINE)
        await browser.client.post("/oauth2/logout")
    assert (await refresh(world, tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_revoked_refresh_token_is_dead_and_revoking_tells_nothing(world: World) -> None:
    tokens = await world.log_in("rektor", scope=OFFLINE)
    for token in (tokens["refresh_token"], "invented", "A" * 64):
        response = await post(world, "/oauth2/revoke", {"client_id": "demo-app", "token": token})
        assert (response.status_code, response.json()) == (200, {})
    assert (await refresh(world, tokens["refresh_token"])).status_code == 400
    access = {"client_id": "demo-app", "token": tokens["access_token"]}
    assert (await post(world, "/oauth2/revoke", access)).json()["error"] == "unsupported_token_type"


# Programs


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


def token_source(world: World, service: str, key: SigningKey | None = None) -> TokenSource:
    return TokenSource(
        client_id=f"service-{service}",
        key=key or world.service_key(service),
        issuer=world.issuer,
        token_url=f"{world.issuer}/oauth2/token",
    )


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


def assertion_form(world: World, key: SigningKey | None = None, typ: str = "JWT", **claims: Any) -> dict[str, str]:
    """A client_credentials request of projects with an assertion of the test's making."""
    now = int(clock.now().timestamp())
    body = {
        "iss": "service-projects",
        "sub": "service-projects",
        "aud": world.issuer,
        "jti": str(new_id()),
        "iat": now,
        "exp": now + 60,
    } | claims
    signer = key or world.service_key("projects")
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signer.sign({k: v for k, v in body.items() if v is not None}, typ),
        "audience": "urn:startklar:identity",
    }


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


# Bad requests


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


# Introspection


async def test_a_token_is_described_to_services_and_to_its_own_client_alone(world: World) -> None:
    tokens = await world.log_in("rektor", scope=OFFLINE)
    form = assertion_form(world) | {"token": tokens["access_token"]}
    seen = (await post(world, "/oauth2/introspect", form)).json()
    assert (seen["active"], seen["client_id"], seen["tenant"]) == (True, "demo-app", world.tenant("norrvik"))
    refresh_form = assertion_form(world) | {"token": tokens["refresh_token"]}
    assert (await post(world, "/oauth2/introspect", refresh_form)).json()["token_type"] == "refresh_token"
    stranger = await post(world, "/oauth2/introspect", {"token": tokens["access_token"]}, basic(*world.script))
    assert stranger.json() == {"active": False}
    public = await post(world, "/oauth2/introspect", {"token": "x", "client_id": "demo-app"})
    assert public.status_code == 401


async def test_a_token_that_is_no_good_is_only_not_active(world: World) -> None:
    for token in ("", "invented", "a.b.c", "A" * 64, SigningKey.generate().sign({"sub": "x"}, "at+jwt")):
        form = assertion_form(world) | {"token": token}
        response = await post(world, "/oauth2/introspect", form)
        assert response.json() == {"active": False} or (token == "" and response.status_code == 400)


# Access tokens


async def test_a_token_for_one_tenant_opens_nothing_of_another(world: World) -> None:
    norrvik = bearer((await world.log_in("admin"))["access_token"])
    soderby = bearer((await world.log_in("admin-soderby", tenant="soderby"))["access_token"])
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        accounts = (await client.get("/identity/v1/accounts", headers=norrvik)).json()["items"]
        for account in accounts:
            response = await client.get(f"/identity/v1/accounts/{account['id']}", headers=soderby)
            assert response.status_code == 404
        seen = await client.get("/identity/v1/accounts", headers=soderby)
    assert accounts
    assert all(account["id"] not in seen.text for account in accounts)


async def test_tokens_that_are_expired_foreign_or_unsigned_open_nothing(world: World) -> None:
    good = (await world.log_in("admin"))["access_token"]
    claims, stranger = claims_of(good), SigningKey.generate()
    header, payload, _ = good.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    tokens = [
        stranger.sign(claims, "at+jwt"),
        SigningKey(stranger._private, kid=(await signing_kids(world))[0]).sign(claims, "at+jwt"),
        f"{unsigned}.{payload}.",
        f"{header}.{payload}.",
        good[:-3] + ("AAA" if not good.endswith("AAA") else "BBB"),
    ]
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        for token in tokens:
            response = await client.get("/identity/v1/me", headers=bearer(token))
            assert response.status_code == 401
            assert response.headers["content-type"] == "application/problem+json"
        assert (await client.get("/identity/v1/me", headers=bearer(good))).status_code == 200


async def signing_kids(world: World) -> list[str]:
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        return [key["kid"] for key in (await client.get("/oauth2/jwks")).json()["keys"]]


async def test_an_id_token_is_no_access_token(world: World) -> None:
    tokens = await world.log_in("admin")
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        assert (await client.get("/identity/v1/me", headers=bearer(tokens["id_token"]))).status_code == 401


async def test_userinfo_gives_the_name_only_to_clients_that_may_have_it(world: World) -> None:
    with_profile = await world.log_in("rektor", scope="openid profile")
    without = await world.log_in("rektor", scope="openid")
    neither = await world.log_in("rektor", scope="accounts:read")
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        named = await client.get("/oauth2/userinfo", headers=bearer(with_profile["access_token"]))
        unnamed = await client.get("/oauth2/userinfo", headers=bearer(without["access_token"]))
        refused = await client.get("/oauth2/userinfo", headers=bearer(neither["access_token"]))
    assert named.json() == {"sub": claims_of(with_profile["access_token"])["sub"], "name": "Runa Rektor"}
    assert unnamed.json() == {"sub": claims_of(without["access_token"])["sub"]}
    assert refused.status_code == 403
