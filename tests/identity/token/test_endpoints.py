"""The token endpoint for people: codes and refresh tokens count once, and a refresh strengthens nothing."""

import asyncio
import base64
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from tests.identity.apps import register_app
from tests.identity.token.requests import OFFLINE, basic, post
from tests.identity.world import SCOPE, Pkce, World, bearer, claims_of


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


async def cut_off(world: World) -> list[str]:
    """Whose tokens in norrvik are refused."""
    async with world.database.transaction(UUID(world.tenant("norrvik"))) as session:
        return list((await session.execute(text("SELECT account_id::text FROM access_cutoff"))).scalars())


async def set_state(world: World, slug: str, state: str) -> None:
    async with world.database.transaction(None) as session:
        change = text("UPDATE tenant SET state = :state WHERE slug = :slug")
        await session.execute(change, {"state": state, "slug": slug})


# Codes


async def test_a_code_counts_once_and_its_second_use_ends_what_the_first_one_gave(world: World) -> None:
    code, pkce = await code_and_proof(world, OFFLINE)
    first = await redeem(world, code, pkce)
    second = await redeem(world, code, pkce)
    assert (first.status_code, second.status_code) == (200, 400)
    assert second.json()["error"] == "invalid_grant"
    assert (await refresh(world, first.json()["refresh_token"])).json()["error"] == "invalid_grant"


async def test_the_second_use_of_a_code_ends_the_access_token_too_that_came_without_a_refresh_token(
    world: World,
) -> None:
    pkce = Pkce()
    async with world.browser() as browser:
        code = (await browser.code_for("deltagare", pkce=pkce))["code"]
    first = (await redeem(world, code, pkce)).json()
    assert "refresh_token" not in first
    await redeem(world, code, pkce)
    assert claims_of(first["access_token"])["sub"] in await cut_off(world)


async def test_a_code_is_worthless_for_another_client(world: World) -> None:
    """Whatever app redeems it, a code is used up: a thief gains nothing, and is noticed by the owner's failure."""
    code, pkce = await code_and_proof(world)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": world.redirect_uri}
    form |= {"code_verifier": pkce.verifier}
    script = await post(world, "/oauth2/token", form, basic(*world.script))
    assert (script.status_code, script.json()["error"]) == (400, "unauthorized_client")
    other = await register_app(world, "other-app")
    stolen = await post(world, "/oauth2/token", form | {"client_id": other})
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert (await redeem(world, code, pkce)).json()["error"] == "invalid_grant"


async def test_a_code_names_its_tenant_and_cannot_be_turned_into_one_of_another(world: World) -> None:
    code, pkce = await code_and_proof(world)
    random = base64.urlsafe_b64decode(code)[16:]
    moved = base64.urlsafe_b64encode(UUID(world.tenant("soderby")).bytes + random).decode()
    assert (await redeem(world, moved, pkce)).json()["error"] == "invalid_grant"
    tokens = (await redeem(world, code, pkce)).json()
    assert claims_of(tokens["access_token"])["tenant"] == world.tenant("norrvik")


async def test_nothing_is_granted_in_a_tenant_that_is_no_longer_active(world: World) -> None:
    tokens = await world.log_in("admin-soderby", "soderby", OFFLINE)
    pkce = Pkce()
    async with world.browser() as browser:
        code = (await browser.code_for("admin-soderby", "soderby", OFFLINE, pkce))["code"]
    await set_state(world, "soderby", "closed")
    try:
        assert (await redeem(world, code, pkce)).json()["error"] == "invalid_grant"
        assert (await refresh(world, tokens["refresh_token"])).json()["error"] == "invalid_grant"
    finally:
        await set_state(world, "soderby", "active")


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
    assert claims_of(tokens["access_token"])["sub"] in await cut_off(world)


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


async def test_asking_for_a_wider_scope_does_not_use_the_refresh_token_up(world: World) -> None:
    tokens = await world.log_in("rektor", scope="openid offline_access accounts:read")
    wide = await refresh(world, tokens["refresh_token"], scope="accounts:read accounts:write")
    again = await refresh(world, tokens["refresh_token"])
    assert (wide.json()["error"], again.status_code) == ("invalid_scope", 200)


async def test_a_used_refresh_token_is_a_theft_whatever_scope_it_asks_for(world: World) -> None:
    tokens = await world.log_in("rektor", scope="openid offline_access accounts:read")
    second = (await refresh(world, tokens["refresh_token"])).json()
    replay = await refresh(world, tokens["refresh_token"], scope="accounts:read accounts:write")
    assert replay.json()["error"] == "invalid_grant"
    assert (await refresh(world, second["refresh_token"])).json()["error"] == "invalid_grant"


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
