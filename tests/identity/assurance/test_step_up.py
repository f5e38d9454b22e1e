"""The loop of a step-up: challenge, login anew of the same person, and every way to get more of it than was proved."""

import re
from typing import Any

import httpx
import pytest

from tests.identity.world import SCOPE, Browser, Pkce, World, bearer, claims_of

BASIC, STRONG = "urn:startklar:loa:basic", "urn:startklar:loa:strong"
PASSWORD, TWO_FACTOR = "urn:startklar:demo:password", "urn:startklar:demo:two-factor"
ACCOUNTS = "/identity/v1/accounts"


async def make(world: World, who: str) -> None:
    """An auditor who can log in with one factor as `<who>-one` and with two as `<who>-two`, and nobody else."""
    eppn = f"{who}@norrvik.example"
    common = {"name": who, "eppn": eppn}
    world.tell_idp(
        users=[
            {**common, "username": f"{who}-one", "password": who, "acr": PASSWORD},
            {**common, "username": f"{who}-two", "password": who, "acr": TWO_FACTOR},
        ]
    )
    admin = bearer((await world.log_in("admin"))["access_token"])
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False, headers=admin) as client:
        account = await client.post(ACCOUNTS, json={"loginName": eppn, "displayName": who})
        grant = {"accountId": account.json()["id"], "role": "auditor", "side": "customer"}
        assert (await client.post("/identity/v1/memberships", json=grant)).status_code == 201


async def call(world: World, token: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        return await client.get(ACCOUNTS, headers=bearer(token))


def asked_by(response: httpx.Response) -> dict[str, str]:
    """The parameters of the challenge, as a client reads them (RFC 9470 section 3)."""
    assert response.status_code == 401
    found = dict(re.findall(r'(\w+)="([^"]*)"', response.headers["www-authenticate"]))
    assert found.pop("error") == "insufficient_user_authentication"
    return found


async def log_in(browser: Browser, username: str, scope: str = SCOPE, **asked: str) -> dict[str, Any]:
    """The token response, or the error that arrives at the client."""
    pkce = Pkce()
    form = await browser.to_form(await browser.authorize(browser.parameters("norrvik", scope, pkce, **asked)))
    who = username.partition("-")[0]
    answer = await browser.finish(await browser.fill_in(form, username, who))
    return await browser.redeem(answer["code"], pkce) if "code" in answer else answer


async def silently(browser: Browser, **asked: str) -> dict[str, str]:
    """What the client gets from the session alone."""
    parameters = browser.parameters("norrvik", SCOPE, Pkce(), prompt="none", **asked)
    return await browser.finish(await browser.authorize(parameters))


@pytest.fixture(scope="module")
async def made(world: World) -> World:
    for who in ("kliver", "annan", "tjuv"):
        await make(world, who)
    return world


async def test_a_challenge_is_answered_by_a_stronger_login_of_the_same_person(made: World) -> None:
    async with made.browser() as browser:
        weak = await log_in(browser, "kliver-one")
        assert claims_of(weak["access_token"])["acr"] == BASIC
        wanted = asked_by(await call(made, weak["access_token"]))
        assert wanted == {"acr_values": STRONG}
        strong = await log_in(browser, "kliver-two", **wanted)
        before, after = claims_of(weak["access_token"]), claims_of(strong["access_token"])
        assert (after["acr"], after["sub"]) == (STRONG, before["sub"])
        assert (await call(made, strong["access_token"])).status_code == 200
        # The client's next request needs no further login.
        assert "code" in await silently(browser, **wanted)
        # What was proved before is not lifted by it: the old token stays what it was.
        assert (await call(made, weak["access_token"])).status_code == 401


async def test_a_provider_that_answers_lower_than_asked_gives_no_code_and_no_stronger_session(made: World) -> None:
    async with made.browser() as browser:
        await log_in(browser, "kliver-one")
        answer = await log_in(browser, "kliver-one", acr_values=STRONG)
        assert answer["error"] == "unmet_authentication_requirements"
        assert (await silently(browser, acr_values=STRONG))["error"] == "login_required"
        assert (await call(made, (await log_in(browser, "kliver-two", acr_values=STRONG))["access_token"])).is_success


async def test_another_person_who_answers_the_challenge_gets_nothing(made: World) -> None:
    async with made.browser() as browser:
        await log_in(browser, "kliver-one")
        answer = await log_in(browser, "annan-two", acr_values=STRONG)
        assert answer["error"] == "access_denied"
        assert (await silently(browser, acr_values=STRONG))["error"] == "login_required"


async def test_a_stolen_session_is_not_lifted_by_the_thiefs_own_login_nor_by_the_victims_step_up(made: World) -> None:
    async with made.browser() as victim, made.browser() as thief:
        await log_in(victim, "kliver-one")
        thief.client.cookies = httpx.Cookies(victim.client.cookies)
        assert "code" in await silently(thief)  # the theft works, for what one factor opens
        assert (await log_in(thief, "tjuv-two", acr_values=STRONG))["error"] == "access_denied"
        assert (await silently(thief, acr_values=STRONG))["error"] == "login_required"
        thief.client.cookies = httpx.Cookies(victim.client.cookies)
        assert (await log_in(victim, "kliver-two", acr_values=STRONG))["access_token"]
        assert (await silently(thief, acr_values=STRONG))["error"] == "login_required"
        assert (await silently(thief))["error"] == "login_required"  # the old session ended with the step-up


async def test_a_refresh_neither_raises_the_level_nor_renews_the_time_of_the_login(made: World) -> None:
    async with made.browser() as browser:
        weak = await log_in(browser, "kliver-one", scope=f"{SCOPE} offline_access")
        before = claims_of(weak["access_token"])
        renewed = await made.ask_for_token(grant_type="refresh_token", refresh_token=weak["refresh_token"])
        assert renewed.status_code == 200, renewed.text
        after = claims_of(renewed.json()["access_token"])
        assert (after["acr"], after["auth_time"]) == (BASIC, before["auth_time"])
        await log_in(browser, "kliver-two", acr_values=STRONG)
        token = renewed.json()["refresh_token"]
        again = await made.ask_for_token(grant_type="refresh_token", refresh_token=token)
        # A step-up ends the weaker session and its refresh tokens, or leaves them as weak as they were.
        assert again.status_code == 400 or claims_of(again.json()["access_token"])["acr"] == BASIC


async def test_a_session_too_old_for_the_challenge_leads_to_the_provider_and_not_to_a_code(made: World) -> None:
    async with made.browser() as browser:
        await log_in(browser, "kliver-two")
        assert (await silently(browser, acr_values=STRONG, max_age="0"))["error"] == "login_required"
        renewed = await log_in(browser, "kliver-two", acr_values=STRONG, max_age="0")
        assert claims_of(renewed["access_token"])["acr"] == STRONG


async def test_of_several_levels_the_lowest_is_enough_and_an_unknown_one_is_an_error(made: World) -> None:
    async with made.browser() as browser:
        both = await log_in(browser, "kliver-two", acr_values=f"urn:startklar:loa:eid3 {STRONG}")
        assert claims_of(both["access_token"])["acr"] == STRONG
        answer = await browser.finish(
            await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), acr_values="urn:x"))
        )
        assert answer["error"] == "invalid_request"
