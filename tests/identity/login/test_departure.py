"""A login leaves for a provider of its own tenant, from the browser that began it, while nobody has used it up."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.identity.authorization.arrival import use_login
from services.identity.authorization.departure import Departed, Leaving, depart
from services.identity.authorization.errors import LoginExpired, NoLoginHere
from services.identity.authorization.service import LOGIN_LIFETIME, begin_trial
from shared.kit import clock
from shared.kit.handle import Handle, digest_of
from shared.kit.ids import new_id
from tests.identity.world import Pkce, World

SCOPE = "openid accounts:read"
PROTOCOL = "saml"


async def begun(world: World) -> Leaving:
    """A login that a client asked for, about to leave."""
    async with world.browser() as browser:
        answer = await browser.authorize(browser.parameters("soderby", SCOPE, Pkce()))
        handle = Handle.parse(answer.headers["location"].partition("request=")[2])
        secret = browser.client.cookies["startklar-login"]
    assert handle is not None
    return leaving(world, handle, digest_of(secret))


def leaving(world: World, handle: Handle, browser: bytes) -> Leaving:
    state = Handle.new(UUID(world.tenant("soderby")))
    return Leaving(handle.digest, browser, state.digest, PROTOCOL, None, None, None, "_request")


async def attempt(world: World, leaving: Leaving, tenant: str = "soderby") -> Departed | str:
    """What becomes of it, or the name of the refusal."""
    try:
        return await depart(world.database, UUID(world.tenant(tenant)), leaving)
    except (LoginExpired, NoLoginHere) as refusal:
        return type(refusal).__name__


async def test_a_login_leaves_for_the_providers_present_revision_and_its_answer_finds_it(world: World) -> None:
    own, tenant = await begun(world), UUID(world.tenant("soderby"))
    departed = await attempt(world, own)
    assert isinstance(departed, Departed)
    assert departed.request is not None
    assert departed.request.scope == SCOPE
    used = await use_login(world.database, tenant, own.state_hash, own.browser_hash)
    assert used is not None
    assert (used.protocol_request_id, used.provider_id) == ("_request", departed.provider_id)
    assert used.provider_revision == departed.provider_revision
    assert used.request == departed.request


async def test_only_its_own_browser_and_tenant_send_a_login_off(world: World) -> None:
    own = await begun(world)
    stranger = replace(own, browser_hash=digest_of("somebody else"))
    unknown = replace(own, handle_hash=digest_of("unknown"))
    refused = [await attempt(world, one) for one in (stranger, unknown)]
    elsewhere = await attempt(world, own, "norrvik")
    assert [*refused, elsewhere] == ["LoginExpired"] * 3
    assert isinstance(await attempt(world, own), Departed)


async def test_a_login_that_was_used_or_has_run_out_leaves_no_more(world: World) -> None:
    own, tenant = await begun(world), UUID(world.tenant("soderby"))
    await attempt(world, own)
    assert await use_login(world.database, tenant, own.state_hash, own.browser_hash) is not None
    old = await begun(world)
    async with world.database.transaction(tenant) as session:
        await session.execute(
            text("UPDATE login_request SET expires_at = now() WHERE handle_hash = :handle"), {"handle": old.handle_hash}
        )
    assert [await attempt(world, one) for one in (own, old)] == ["LoginExpired"] * 2


@pytest.mark.parametrize("changed", [{"provider_id": new_id()}, {"protocol": "none"}])
async def test_a_login_whose_tenant_has_no_such_provider_stays_where_it_is(
    world: World, changed: dict[str, Any]
) -> None:
    own = await begun(world)
    assert await attempt(world, replace(own, **changed)) == "NoLoginHere"
    tenant = UUID(world.tenant("soderby"))
    assert await use_login(world.database, tenant, own.state_hash, own.browser_hash) is None
    assert isinstance(await attempt(world, own), Departed)


async def test_of_many_browsers_one_takes_a_trial_and_only_to_its_own_provider(world: World) -> None:
    tenant = UUID(world.tenant("soderby"))
    async with world.database.transaction(tenant) as session:
        one = text("SELECT id FROM identity_provider WHERE state = 'active' ORDER BY id DESC LIMIT 1")
        provider = (await session.execute(one)).scalar_one()
        handle = await begin_trial(session, provider, new_id(), clock.now() + LOGIN_LIFETIME)
    wishes = [leaving(world, handle, digest_of(str(number))) for number in range(6)]
    left = await asyncio.gather(*(attempt(world, replace(one, provider_id=new_id())) for one in wishes))
    departed = [one for one in left if isinstance(one, Departed)]
    assert [one.provider_id for one in departed] == [provider]
    assert sorted(one for one in left if isinstance(one, str)) == ["LoginExpired"] * 5
