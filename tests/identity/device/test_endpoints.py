"""Logins on devices: the codes, the person's pages, polling, and what a guesser or a phisher gets."""

import asyncio
import re
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.identity.client import app_client
from services.identity.protocol.parameters import DEVICE_CODE
from shared.auth.testing import ProofKey
from tests.identity.apps import register_app
from tests.identity.token.requests import post
from tests.identity.world import Browser, World, claims_of

GRANTS = ["authorization_code", "refresh_token", DEVICE_CODE]
PAGE = "/oauth2/device"


@pytest.fixture(scope="module")
async def screen(world: World) -> str:
    return await register_app(world, "wall-screen", grant_types=GRANTS)


async def begin(world: World, screen: str, proof: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
    form = {"client_id": screen, "scope": "openid projects:read offline_access", "tenant": "norrvik"} | changes
    return await post(world, "/oauth2/device-authorization", form, proof)


async def poll(world: World, client_id: str, device_code: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    form = {"grant_type": DEVICE_CODE, "client_id": client_id, "device_code": device_code}
    answer: dict[str, Any] = (await post(world, "/oauth2/token", form, headers)).json()
    return answer


async def log_in(browser: Browser, address: str, username: str) -> httpx.Response:
    """Follow the page's link through the login, back to the page."""
    page = await browser.client.get(address)
    link = re.search(r'href="([^"]+)"', page.text)
    assert link is not None, page.text
    form = await browser.to_form(await browser.client.get(link[1].replace("&amp;", "&")))
    response = await browser.fill_in(form, username)
    for _ in range(4):
        if response.status_code == 200:
            return response
        response = await browser.client.get(response.headers["location"])
    raise AssertionError("no page")


async def answer(browser: Browser, user_code: str, decision: str = "", **headers: str) -> httpx.Response:
    form = {"tenant": "norrvik", "user_code": user_code} | ({"decision": decision} if decision else {})
    return await browser.client.post(PAGE, data=form, headers=headers)


async def test_a_person_connects_a_device_and_its_code_counts_once(world: World, screen: str) -> None:
    begun = (await begin(world, screen)).json()
    assert (await poll(world, screen, begun["device_code"]))["error"] == "authorization_pending"
    assert (await poll(world, screen, begun["device_code"]))["error"] == "slow_down"
    async with world.browser() as browser:
        page = await log_in(browser, begun["verification_uri_complete"], "rektor")
        assert begun["user_code"] in page.text
        asked = await answer(browser, begun["user_code"].lower().replace("-", " "))
        assert "App wall-screen" in asked.text
        assert "Read projects" in asked.text
        assert "message" in asked.text
        assert "script" not in asked.text
        assert asked.headers["content-security-policy"].startswith("default-src 'none'")
        assert (await poll(world, screen, begun["device_code"]))["error"] == "slow_down"
        done = await answer(browser, begun["user_code"], "approve")
        again = await answer(browser, begun["user_code"], "deny")
    assert (done.status_code, again.status_code) == (200, 404)
    tokens = await asyncio.gather(*(poll(world, screen, begun["device_code"]) for _ in range(3)))
    assert sorted(one.get("error", "tokens") for one in tokens) == ["invalid_grant", "invalid_grant", "tokens"]
    granted = next(one for one in tokens if "access_token" in one)
    assert claims_of(granted["access_token"])["client_id"] == screen
    assert {"id_token", "refresh_token"} <= set(granted)


async def test_an_app_without_an_address_logs_in_by_a_code_that_it_shows(world: World) -> None:
    async with world.database.transaction(None) as session:
        await app_client.register_app(session, "terminal", [])
    begun = (await begin(world, "terminal", scope="openid tenants:write")).json()
    async with world.browser() as browser:
        await log_in(browser, begun["verification_uri_complete"], "rektor")
        await answer(browser, begun["user_code"], "approve")
    assert claims_of((await poll(world, "terminal", begun["device_code"]))["access_token"])["client_id"] == "terminal"


async def test_a_no_a_strange_client_and_a_strange_key_get_nothing(world: World, screen: str) -> None:
    key = ProofKey()
    headers = {"DPoP": key.proof("POST", f"{world.issuer}/oauth2/device-authorization")}
    denied, bound = (await begin(world, screen)).json(), (await begin(world, screen, headers)).json()
    async with world.browser() as browser:
        await log_in(browser, denied["verification_uri"], "rektor")
        await answer(browser, denied["user_code"], "deny")
        await answer(browser, bound["user_code"], "approve")
    assert (await poll(world, screen, denied["device_code"]))["error"] == "access_denied"
    assert (await poll(world, "demo-app", denied["device_code"]))["error"] == "unauthorized_client"
    other = await register_app(world, "other-screen", grant_types=GRANTS)
    assert (await poll(world, other, bound["device_code"]))["error"] == "invalid_grant"
    assert (await poll(world, screen, bound["device_code"]))["error"] == "invalid_grant"
    proof = {"DPoP": key.proof("POST", f"{world.issuer}/oauth2/token")}
    assert (await poll(world, screen, bound["device_code"], proof))["token_type"] == "DPoP"


async def test_who_guesses_codes_is_stopped_and_the_right_code_does_not_help_then(world: World, screen: str) -> None:
    begun = (await begin(world, screen)).json()
    async with world.browser() as browser:
        await log_in(browser, begun["verification_uri"], "admin")
        guesses = await asyncio.gather(*(answer(browser, f"BCDF-GHJ{letter}") for letter in "BCDFGHJK"))
        late = await answer(browser, begun["user_code"], "approve")
    assert sorted(one.status_code for one in guesses) == [404] * 5 + [429] * 3
    assert late.status_code == 429
    assert (await poll(world, screen, begun["device_code"]))["error"] == "authorization_pending"


async def test_another_sites_form_a_stranger_and_another_tenant_decide_nothing(world: World, screen: str) -> None:
    begun = (await begin(world, screen)).json()
    async with world.browser() as nobody, world.browser() as person:
        assert (await answer(nobody, begun["user_code"], "approve")).status_code == 400
        await log_in(person, begun["verification_uri"], "rektor")
        forged = await answer(person, begun["user_code"], "approve", **{"Sec-Fetch-Site": "cross-site"})
        elsewhere = {"tenant": "soderby", "user_code": begun["user_code"], "decision": "approve"}
        foreign = await person.client.post(PAGE, data=elsewhere)
    assert (forged.status_code, foreign.status_code) == (303, 400)
    assert (await poll(world, screen, begun["device_code"]))["error"] == "authorization_pending"


async def test_a_code_expires_and_is_stored_only_as_a_digest(world: World, screen: str) -> None:
    begun = (await begin(world, screen)).json()
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", begun["user_code"])
    async with world.database.transaction(UUID(world.tenant("norrvik"))) as session:
        stored = " ".join((await session.execute(text("SELECT g::text FROM device_grant g"))).scalars())
        await session.execute(text("UPDATE device_grant SET expires_at = now() WHERE state = 'pending'"))
    assert begun["user_code"].replace("-", "") not in stored
    assert begun["device_code"] not in stored
    assert (await poll(world, screen, begun["device_code"]))["error"] == "expired_token"


async def test_a_device_asks_within_its_registration(world: World, screen: str) -> None:
    refused: tuple[tuple[dict[str, Any], str], ...] = (
        ({"scope": "everything:write"}, "invalid_scope"),
        ({"scope": ""}, "invalid_request"),
        ({"tenant": "nowhere"}, "invalid_request"),
        ({"client_id": "demo-app"}, "unauthorized_client"),
        ({"client_id": "unknown"}, "invalid_client"),
    )
    for changes, error in refused:
        assert (await begin(world, screen, **changes)).json()["error"] == error
    async with world.browser() as browser:
        page = await browser.client.get(PAGE, headers={"Accept": "text/html"})
    assert 'name="tenant"' in page.text
