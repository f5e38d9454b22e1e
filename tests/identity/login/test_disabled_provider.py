"""A disabled identity provider begins and ends no login, and says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.identity.world import Pkce, World, bearer

SCOPE = "openid tenants:read tenants:write"
PATH = "/identity/v1/identity-providers"


@asynccontextmanager
async def disabled_provider(world: World) -> AsyncIterator[None]:
    """soderby's provider is disabled inside, and active again afterwards."""
    admin = await world.log_in("admin-soderby", "soderby", SCOPE)
    async with httpx.AsyncClient(
        base_url=world.issuer, trust_env=False, headers=bearer(admin["access_token"])
    ) as client:
        await set_state(client, "disabled")
        try:
            yield
        finally:
            await set_state(client, "active")


async def set_state(client: httpx.AsyncClient, state: str) -> None:
    provider = (await client.get(PATH)).json()["items"][0]
    headers = {"If-Match": f'"{provider["version"]}"'}
    response = await client.patch(f"{PATH}/{provider['id']}", json={"state": state}, headers=headers)
    assert response.status_code == 200, response.text


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
