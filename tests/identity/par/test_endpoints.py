"""Pushed authorization requests: checked at once, for one client, one use and one minute."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.auth.testing import ProofKey
from shared.kit.kit_tables import NO_TENANT
from tests.identity.apps import register_app
from tests.identity.token.requests import post
from tests.identity.world import SCOPE, Browser, Pkce, World, claims_of


async def push(world: World, browser: Browser, pkce: Pkce, proof: dict[str, str] | None = None, **asked: Any) -> Any:
    wanted = {"tenant": "norrvik", "scope": SCOPE, **asked}
    return await post(world, "/oauth2/par", browser.parameters(pkce=pkce, **wanted), proof)


async def take(browser: Browser, request_uri: str, client_id: str = "demo-app", **more: str) -> httpx.Response:
    return await browser.authorize({"client_id": client_id, "request_uri": request_uri, **more})


async def test_a_pushed_request_leads_to_a_login_once_whatever_the_address_says_beside_it(world: World) -> None:
    async with world.browser() as browser:
        pkce = Pkce()
        pushed = await push(world, browser, pkce)
        assert (pushed.status_code, pushed.json()["expires_in"]) == (201, 60)
        request_uri = pushed.json()["request_uri"]
        started = await take(browser, request_uri, scope="clients:write", redirect_uri="https://evil.example")
        answer = await browser.finish(await browser.fill_in(await browser.to_form(started), "rektor"))
        again = await take(browser, request_uri)
        tokens = await browser.redeem(answer["code"], pkce)
    assert set(claims_of(tokens["access_token"])["scope"].split()) == set(SCOPE.split())
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (400, "login-expired")


async def test_a_pushed_request_is_worthless_for_another_client_and_after_a_minute(world: World) -> None:
    other = await register_app(world, "par-other")
    async with world.browser() as browser:
        request_uri = (await push(world, browser, Pkce())).json()["request_uri"]
        foreign = await take(browser, request_uri, other)
        invented = await take(browser, request_uri[:-4] + "AAAA")
        own = await take(browser, request_uri)
        late = (await push(world, browser, Pkce())).json()["request_uri"]
        async with world.database.transaction(NO_TENANT) as session:
            await session.execute(text("UPDATE pushed_request SET expires_at = now() WHERE used_at IS NULL"))
        expired = await take(browser, late)
    assert [one.status_code for one in (foreign, invented, own, expired)] == [400, 400, 303, 400]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"redirect_uri": "https://evil.example"}, "invalid_request"),
        ({"scope": "everything:write"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"client_id": "unknown"}, "invalid_client"),
        ({"dpop_jkt": "short"}, "invalid_request"),
        ({"tenant": "nowhere"}, "invalid_request"),
    ],
)
async def test_a_bent_request_is_refused_when_it_is_pushed(world: World, asked: dict[str, Any], error: str) -> None:
    async with world.browser() as browser:
        response = await push(world, browser, Pkce(), **asked)
    assert response.json()["error"] == error
    assert response.status_code == (401 if error == "invalid_client" else 400)


async def test_a_client_that_must_push_cannot_ask_by_the_address(world: World) -> None:
    client_id = await register_app(world, "par-only", requires_par=True)
    async with world.browser() as browser:
        plain = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), client_id=client_id))
        forged = await browser.authorize(
            browser.parameters("norrvik", SCOPE, Pkce(), client_id=client_id, request_uri="https://app.example/r")
        )
        pushed = await push(world, browser, Pkce(), client_id=client_id)
        started = await take(browser, pushed.json()["request_uri"], client_id)
    assert all("error=invalid_request" in one.headers["location"] for one in (plain, forged))
    assert "/login?request=" in started.headers["location"]


async def test_a_secret_or_a_hint_of_the_person_is_never_kept(world: World) -> None:
    async with world.browser() as browser:
        await push(world, browser, Pkce(), login_hint="runa.rektor@norrvik.example")
    async with world.database.transaction(NO_TENANT) as session:
        rows = await session.execute(text("SELECT parameters::text FROM pushed_request"))
        kept = " ".join(rows.scalars())
    assert "code_challenge" in kept
    assert "runa" not in kept
    assert "client_assertion" not in kept


async def test_a_push_with_a_proof_binds_the_code_to_its_key(world: World) -> None:
    key, thief = ProofKey(), ProofKey()
    address = f"{world.issuer}/oauth2/par"
    async with world.browser() as browser:
        other = await push(world, browser, Pkce(), {"DPoP": key.proof("POST", address)}, dpop_jkt=thief.thumbprint)
        pkce = Pkce()
        pushed = await push(world, browser, pkce, {"DPoP": key.proof("POST", address)})
        started = await take(browser, pushed.json()["request_uri"])
        answer = await browser.finish(await browser.fill_in(await browser.to_form(started), "rektor"))
    assert other.json()["error"] == "invalid_dpop_proof"
    form = {
        "grant_type": "authorization_code",
        "client_id": "demo-app",
        "code": answer["code"],
        "redirect_uri": world.redirect_uri,
        "code_verifier": pkce.verifier,
    }
    stolen = await post(world, "/oauth2/token", form, {"DPoP": thief.proof("POST", f"{world.issuer}/oauth2/token")})
    assert stolen.json()["error"] == "invalid_grant"
