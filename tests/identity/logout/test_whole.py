"""Whole logouts in the demo world: a browser, the demo provider over SAML, our service over real HTTP."""

import re
from urllib.parse import urlsplit

import httpx

from tests.identity.world import Browser, Pkce, World

SCOPE = "openid profile accounts:read offline_access"
SV = {"Accept-Language": "sv", "Accept": "text/html"}
STRONG = "urn:startklar:loa:strong"


async def follow(browser: Browser, response: httpx.Response) -> httpx.Response:
    """The browser's way until a page or the client's address."""
    for _ in range(8):
        target = response.headers.get("location", "")
        if response.status_code != 303 or target == f"{browser.world.issuer}/":
            return response
        response = await browser.client.get(target, headers=SV)
    raise AssertionError("no end")


async def refreshed(world: World, token: str) -> int:
    return (await world.ask_for_token(grant_type="refresh_token", refresh_token=token)).status_code


async def test_a_logout_ends_the_session_at_the_saml_provider_too_and_returns_to_the_client(world: World) -> None:
    async with world.browser() as browser:
        tokens = await browser.log_in("admin-soderby", "soderby", SCOPE)
        asked = {
            "id_token_hint": tokens["id_token"],
            "post_logout_redirect_uri": f"{world.issuer}/",
            "client_id": "demo-app",
        }
        away = await browser.client.get("/oauth2/logout", params=asked)
        assert urlsplit(away.headers["location"]).path == "/saml/slo"
        home = await follow(browser, away)
        assert home.headers["location"] == f"{world.issuer}/"
        again = await browser.to_form(await browser.authorize(browser.parameters("soderby", SCOPE, Pkce())))
        assert 'name="SAMLResponse"' not in again.text
    assert await refreshed(world, tokens["refresh_token"]) == 400


async def test_who_logs_out_at_the_saml_provider_is_logged_out_here(world: World) -> None:
    async with world.browser() as browser:
        tokens = await browser.log_in("admin-soderby", "soderby", SCOPE)
        idp = world.facts["identityProvider"]
        page = await follow(browser, await browser.client.get(f"{idp}/saml/logout"))
        assert "Logged out" in page.text
        silent = await browser.authorize(browser.parameters("soderby", SCOPE, Pkce(), prompt="none"))
        assert (await browser.finish(silent))["error"] == "login_required"
    assert await refreshed(world, tokens["refresh_token"]) == 400


async def test_a_stolen_cookie_and_refresh_token_do_not_outlive_a_step_up(world: World) -> None:
    async with world.browser() as browser, world.browser() as thief:
        tokens = await browser.log_in("deltagare", scope=SCOPE)
        stolen = browser.client.cookies["startklar-session"]
        thief.client.cookies.set("startklar-session", stolen)
        known = await thief.authorize(thief.parameters("norrvik", SCOPE, Pkce(), prompt="none"))
        assert "code" in await thief.finish(known)
        again = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), max_age="0"))
        answer = await browser.finish(await browser.fill_in(await browser.to_form(again), "deltagare"))
        assert "code" in answer
        assert browser.client.cookies["startklar-session"] != stolen
        gone = await thief.authorize(thief.parameters("norrvik", SCOPE, Pkce(), prompt="none"))
        assert (await thief.finish(gone))["error"] == "login_required"
    assert await refreshed(world, tokens["refresh_token"]) == 400


async def test_a_cookie_that_was_planted_before_the_login_opens_nothing_after_it(world: World) -> None:
    async with world.browser() as attacker, world.browser() as victim:
        await attacker.log_in("deltagare")
        planted = attacker.client.cookies["startklar-session"]
        victim.client.cookies.set("startklar-session", planted)
        await victim.code_for("rektor", prompt="login")
        held = [one.value for one in victim.client.cookies.jar if one.name == "startklar-session"]
        assert held[-1] != planted
        gone = await attacker.authorize(attacker.parameters("norrvik", SCOPE, Pkce(), prompt="none"))
        assert (await attacker.finish(gone)).get("error") == "login_required"


async def test_a_person_who_says_yes_is_told_what_is_not_logged_out(world: World) -> None:
    async with world.browser() as browser:
        await browser.log_in("rektor")
        answer = await follow(browser, await browser.client.post("/oauth2/logout"))
        assert "Här är du utloggad." in answer.text
        assert re.search(r"Hos .+ är du fortfarande inloggad", answer.text)
