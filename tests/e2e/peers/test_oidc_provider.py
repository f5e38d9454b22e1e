"""A login at a certified OpenID provider by others, and a logout there that arrives here."""

import json
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.identity.provider.models import IdentityProvider
from shared.kit.ids import new_id
from tests.identity.world import Browser, Pkce, World, claims_of, listening

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parent
CLIENT = "startklar-peer"
PERSON = "leverantor@laranda.example"
SCOPE = "openid profile accounts:read offline_access"


@contextmanager
def running(settings: dict[str, object]) -> Iterator[None]:
    """The provider's process, ready to serve; ended by its own id."""
    command = ["node", str(FOLDER / "oidc-provider.mjs"), json.dumps(settings)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=FOLDER, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "ready" in line:
                break
        assert process.poll() is None, "the provider did not start"
        yield
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
async def issuer(world: World) -> AsyncIterator[str]:
    """The provider, which knows our key by our own `/oidc/{tenant}/jwks`, and the tenant that logs in there alone."""
    tenant = world.tenant("laranda")
    sock, issuer = listening()
    port = int(issuer.rpartition(":")[2])
    sock.close()
    base = f"{world.issuer}/oidc/{tenant}"
    settings = {
        "port": port,
        "client": CLIENT,
        "jwksUri": f"{base}/jwks",
        "redirectUri": f"{base}/callback",
        "postLogoutUri": f"{base}/logged-out",
        "backchannelUri": f"{base}/backchannel-logout",
    }
    row = IdentityProvider(
        tenant_id=UUID(tenant),
        id=new_id(),
        name="Certified",
        issuer=issuer,
        client_id=CLIENT,
        login_claim="eppn",
        acr_map={},
        configuration={"token_auth": "private_key_jwt", "push_requests": True, "ends_session": True},
    )
    async with world.database.transaction(UUID(tenant)) as session:
        session.add(row)
    with running(settings):
        yield issuer
    async with world.database.transaction(UUID(tenant)) as session:
        await session.execute(text("UPDATE identity_provider SET state = 'disabled' WHERE id = :id"), {"id": row.id})


async def through(browser: Browser, response: httpx.Response, name: str) -> httpx.Response:
    """The provider's own pages: name and consent; until the redirect back to us."""
    for _ in range(12):
        if response.status_code in (302, 303):
            target = str(response.url.join(response.headers["location"]))
            if target.startswith(browser.world.issuer):
                return response
            response = await browser.client.get(target)
            continue
        action = re.search(r'<form[^>]*action="([^"]+)"', response.text)
        assert action is not None, response.text[:500]
        fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', response.text))
        if 'name="login"' in response.text:
            fields |= {"login": name, "password": "any"}
        response = await browser.client.post(str(response.url.join(action[1])), data=fields)
    raise AssertionError("no way back")


async def provider_of(world: World, issuer: str) -> str:
    statement = text("SELECT id FROM identity_provider WHERE issuer = :issuer")
    async with world.database.transaction(UUID(world.tenant("laranda"))) as session:
        return str((await session.execute(statement, {"issuer": issuer})).scalar_one())


async def confirm(browser: Browser, page: httpx.Response) -> httpx.Response:
    """The provider asks whether to log out, and is told yes; its redirect."""
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text)) | {"logout": "yes"}
    done = await browser.client.post(page.url.copy_with(path="/session/end/confirm", query=None), data=fields)
    assert done.status_code in (302, 303), done.text[:500]
    return done


async def log_in(browser: Browser, issuer: str) -> dict[str, Any]:
    """A login with the certified provider chosen among the tenant's two."""
    world, pkce = browser.world, Pkce()
    first = await browser.authorize(browser.parameters("laranda", SCOPE, pkce))
    handle = re.search(r"request=([\w-]+)", first.headers["location"])
    assert handle is not None
    asked = {"request": handle[1], "provider": await provider_of(world, issuer)}
    away = await browser.client.get(f"/oidc/{world.tenant('laranda')}/login", params=asked)
    assert "request_uri=urn" in away.headers["location"]
    back = await through(browser, await browser.client.get(away.headers["location"]), PERSON)
    answer = await browser.finish(back)
    assert "code" in answer, answer
    return await browser.redeem(answer["code"], pkce)


async def is_logged_out(browser: Browser, tokens: dict[str, Any]) -> bool:
    silent = await browser.authorize(browser.parameters("laranda", SCOPE, Pkce(), prompt="none"))
    told = await browser.finish(silent)
    refused = await browser.world.ask_for_token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    return (told.get("error"), refused.status_code) == ("login_required", 400)


async def test_who_logs_out_at_a_certified_provider_is_logged_out_here(world: World, issuer: str) -> None:
    async with world.browser() as browser:
        tokens = await log_in(browser, issuer)
        assert claims_of(tokens["access_token"])["tenant"] == world.tenant("laranda")
        await confirm(browser, await browser.client.get(f"{issuer}/session/end"))
        assert await is_logged_out(browser, tokens)


async def test_who_logs_out_here_is_logged_out_at_the_certified_provider(world: World, issuer: str) -> None:
    async with world.browser() as browser:
        tokens = await log_in(browser, issuer)
        away = await browser.client.get("/oauth2/logout", params={"id_token_hint": tokens["id_token"]})
        assert away.headers["location"].startswith(f"{issuer}/session/end?")
        back = await confirm(browser, await browser.client.get(away.headers["location"]))
        page = await browser.client.get(back.headers["location"])
        page = await browser.client.get(page.headers["location"], headers={"Accept-Language": "sv"})
        assert "Certified: du är utloggad." in page.text
        assert await is_logged_out(browser, tokens)
