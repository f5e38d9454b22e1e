"""A disabled identity provider begins and ends no login, and says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text

from tests.identity.world import Pkce, World

SCOPE = "openid tenants:read tenants:write"


@asynccontextmanager
async def disabled_provider(world: World) -> AsyncIterator[None]:
    """soderby's provider is disabled inside, and active again afterwards."""
    await set_state(world, "disabled")
    try:
        yield
    finally:
        await set_state(world, "active")


async def set_state(world: World, state: str) -> None:
    """Past the API, which wants a trial before a provider is active again."""
    async with world.database.transaction(UUID(world.tenant("soderby"))) as session:
        await session.execute(text("UPDATE identity_provider SET state = :state"), {"state": state})


async def test_a_login_at_a_disabled_provider_is_refused_with_a_page_for_the_person(world: World) -> None:
    async with disabled_provider(world), world.browser() as browser:
        begun = await browser.authorize(browser.parameters("soderby", SCOPE, Pkce()))
        headers = {"Accept": "text/html", "Accept-Language": "sv"}
        page = await browser.client.get(begun.headers["location"], headers=headers)
        problem = await browser.client.get(begun.headers["location"])
    assert (page.status_code, page.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "Organisationen har stängt av sin inloggning" in page.text
    assert (problem.status_code, problem.json()["type"].rpartition("/")[2]) == (403, "no-login-here")


async def test_a_login_that_was_under_way_when_the_provider_was_disabled_gives_no_code(world: World) -> None:
    async with world.browser() as browser:
        form = await browser.to_form(await browser.authorize(browser.parameters("soderby", SCOPE, Pkce())))
        async with disabled_provider(world):
            answer = await browser.finish(await browser.fill_in(form, "admin-soderby"))
        assert answer["error"] == "access_denied"
        assert "startklar-session" not in browser.client.cookies
        assert "code" in await browser.code_for("admin-soderby", "soderby", SCOPE)


async def test_other_tenants_log_in_as_before(world: World) -> None:
    async with disabled_provider(world), world.browser() as browser:
        assert "code" in await browser.code_for("rektor")
