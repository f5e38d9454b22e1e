"""What must not log anybody in, over HTTP. Each is refused although the provider's own signature is on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cli.demo_idp.directory import SamlIdentity
from services.identity.tenantkey.material import Purpose, make
from tests.identity.saml_login.forging import Forger, Person, configure, depart
from tests.identity.world import Browser, World


@asynccontextmanager
async def two_browsers(world: World) -> AsyncIterator[tuple[Browser, Browser]]:
    async with world.browser() as one, world.browser() as other:
        yield one, other


def has_session(browser: Browser) -> bool:
    return "startklar-session" in browser.client.cookies


async def test_an_honest_answer_logs_in_so_that_the_refusals_below_mean_something(world: World) -> None:
    async with world.browser() as browser:
        login = await depart(browser)
        assert await login.outcome(Forger(world).answer(login.wish)) == "logged in"


async def test_an_answer_is_good_once_also_at_the_same_time(world: World) -> None:
    async with world.browser() as browser:
        login = await depart(browser)
        answer = Forger(world).answer(login.wish)
        answered = await asyncio.gather(*(login.post(answer) for _ in range(4)))
        assert sorted(one.status_code for one in answered) == [303, 400, 400, 400]
        assert await login.outcome(answer) == "400"


async def test_an_answer_is_good_once_even_if_the_login_were_still_open(world: World) -> None:
    """The replay row alone refuses it: the login under way is opened again by hand."""
    async with world.browser() as browser:
        login = await depart(browser)
        answer = Forger(world).answer(login.wish)
        assert await login.outcome(answer) == "logged in"
        for expected in ("access_denied", "access_denied"):
            await reopen(world)
            assert await login.outcome(answer) == expected
        await reopen(world)
        assert await login.outcome(Forger(world).answer(login.wish)) == "logged in"


async def reopen(world: World) -> None:
    async with world.database.transaction(UUID(world.tenant("soderby"))) as session:
        await session.execute(text("UPDATE login_request SET used_at = NULL"))


async def test_an_answer_for_one_tenant_passes_at_no_other(world: World) -> None:
    async with world.browser() as browser:
        login = await depart(browser)
        answer = Forger(world).answer(login.wish)
        elsewhere = login.acs.replace(world.tenant("soderby"), world.tenant("norrvik"))
        assert await login.outcome(answer, url=elsewhere) == "400"
        # Addressed to the other tenant's service provider it fails here as well.
        for change in ({"audience": elsewhere.replace("/acs", "/metadata")}, {"url": elsewhere}):
            fresh = await depart(browser)
            assert await fresh.outcome(Forger(world).answer(fresh.wish, **change)) == "access_denied"


async def test_another_providers_answer_does_not_pass_for_the_asked_ones(world: World) -> None:
    """Mix-up: B is trusted by the tenant too, but the request went to A."""
    made = make(Purpose.saml_signing, "idp-b")
    other = SamlIdentity(made.private_pem.decode(), made.certificate or "", ())
    forgers = (
        Forger(world, other, "https://b.example/metadata"),  # B as itself
        Forger(world, other),  # B's key, A's name
        Forger(world, entity_id="https://b.example/metadata"),  # A's key, B's name
    )
    async with world.browser() as browser:
        logins = [(forger, await depart(browser)) for forger in forgers]
        async with second_provider(world, "https://b.example/metadata", other.certificate):
            for forger, login in logins:
                assert await login.outcome(forger.answer(login.wish)) == "access_denied"
        assert not has_session(browser)


@asynccontextmanager
async def second_provider(world: World, entity_id: str, certificate: str) -> AsyncIterator[None]:
    """Another active SAML provider of soderby, younger than the first."""
    copy = text(
        "INSERT INTO identity_provider SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(),"
        " 'issuer', CAST(:issuer AS text), 'configuration', p.configuration || CAST(:patch AS jsonb)))).*"
        " FROM identity_provider p WHERE protocol = 'saml'"
    )
    tenant = UUID(world.tenant("soderby"))
    patch = f'{{"certificates": ["{certificate}"]}}'
    async with world.database.transaction(tenant) as session:
        await session.execute(copy, {"issuer": entity_id, "patch": patch})
    try:
        yield
    finally:
        async with world.database.transaction(tenant) as session:
            await session.execute(text("DELETE FROM identity_provider WHERE issuer = :issuer"), {"issuer": entity_id})


async def test_a_stolen_answer_does_not_pass_in_another_browser(world: World) -> None:
    async with two_browsers(world) as (victim, thief):
        login, own = await depart(victim), await depart(thief)
        answer = Forger(world).answer(login.wish)
        assert (await login.post(answer, thief)).status_code == 400
        # With the RelayState of a login of its own the answer is one to another request.
        swapped = await own.outcome(answer)
        assert swapped == "access_denied"
        assert not has_session(thief)
        async with world.browser() as without_cookies:
            assert (await login.post(answer, without_cookies)).status_code == 400


async def test_nobody_is_logged_in_as_somebody_else_by_a_link(world: World) -> None:
    """Login CSRF: the attacker's own answer and RelayState, posted from the victim's browser."""
    async with two_browsers(world) as (victim, attacker):
        trap = await depart(attacker)
        answer = Forger(world).answer(trap.wish)
        assert (await trap.post(answer, victim)).status_code == 400
        await depart(victim)
        assert (await trap.post(answer, victim)).status_code == 400
        assert not has_session(victim)
        assert await trap.outcome(answer) == "logged in"


async def test_an_answer_that_nobody_asked_for_is_refused(world: World) -> None:
    async with world.browser() as browser:
        login = await depart(browser)
        answer = Forger(world).answer(login.wish)
        for relay_state in ("", "https://app.example/", login.wish.relay_state[:-4] + "AAAA"):
            assert await login.outcome(answer, RelayState=relay_state) == "400"
        page = await browser.client.post(
            login.acs, data={"SAMLResponse": "x"}, headers={"Accept": "text/html", "Accept-Language": "en"}
        )
        assert (page.status_code, page.headers["content-type"]) == (400, "text/html; charset=utf-8")


async def test_a_provider_speaks_for_its_own_people_alone(world: World) -> None:
    async with world.browser() as browser:
        for eppn in ("admin@norrvik.example", "admin@norrvik.example@soderby.example", "admin-soderby"):
            login = await depart(browser)
            assert await login.outcome(Forger(world).answer(login.wish, Person(eppn))) == "access_denied", eppn
        assert not has_session(browser)


async def test_a_step_up_by_another_person_is_refused(world: World) -> None:
    async with world.browser() as browser:
        weak = await depart(browser)
        person = Person("deltagare-soderby@soderby.example", "urn:startklar:demo:password")
        assert await weak.outcome(Forger(world).answer(weak.wish, person)) == "logged in"
        stronger = await depart(browser, acr_values="urn:startklar:loa:strong")
        assert stronger.wish.is_forced
        assert stronger.wish.contexts == ("urn:startklar:demo:two-factor",)
        assert await stronger.outcome(Forger(world).answer(stronger.wish)) == "access_denied"
        again = await depart(browser, acr_values="urn:startklar:loa:strong")
        too_weak = await again.outcome(Forger(world).answer(again.wish, person))
        assert too_weak == "unmet_authentication_requirements"
        stale = await depart(browser, acr_values="urn:startklar:loa:strong")
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        strong = Person("deltagare-soderby@soderby.example")
        assert await stale.outcome(Forger(world).answer(stale.wish, strong, at=an_hour_ago)) == too_weak


async def test_an_old_login_does_not_pass_for_a_new_one(world: World) -> None:
    async with world.browser() as browser:
        for asked in ({"prompt": "login"}, {"max_age": "60"}):
            login = await depart(browser, **asked)
            assert login.wish.is_forced
            old = Forger(world).answer(login.wish, at=datetime.now(UTC) - timedelta(minutes=10))
            assert await login.outcome(old) == "unmet_authentication_requirements"


@pytest.mark.parametrize(
    ("changes", "back"),
    [
        ({"state": "disabled"}, {"state": "active"}),
        ({"state": "draft"}, {"state": "active"}),
        ({"metadata_valid_until": "2026-01-01T00:00:00Z"}, {"metadata_valid_until": None}),
    ],
)
async def test_a_provider_that_is_off_or_out_of_date_lets_nobody_in(
    world: World, changes: dict[str, Any], back: dict[str, Any]
) -> None:
    async with world.browser() as browser:
        login = await depart(browser)
        answer = Forger(world).answer(login.wish)
        await configure(world, **dict(changes))
        try:
            assert await login.outcome(answer) == "access_denied"
            begun = await browser.authorize(browser.parameters("soderby", "openid", login.pkce))
            refused = await browser.client.get(begun.headers["location"])
            assert refused.status_code in (403, 503)
        finally:
            await configure(world, **dict(back))
        assert not has_session(browser)


async def test_what_is_no_answer_at_all_is_refused(world: World) -> None:
    async with world.browser() as browser:
        for nonsense in ("", "%%%", "PHg+", "A" * 300_000):
            login = await depart(browser)
            assert await login.outcome(nonsense) == "access_denied"
        login = await depart(browser)
        assert await login.outcome("A" * 600_000) == "413"
        twice = await browser.client.post(
            login.acs,
            content=f"RelayState=x&RelayState={login.wish.relay_state}&SAMLResponse=x",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert twice.status_code == 400
