"""Attacks on logins over OpenID Connect that the whole flow must withstand; `login/test_login.py` has the others."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from services.identity.oidc_login.registrations import Registrations
from services.identity.proof.faults import LoginFailed
from services.identity.provider.models import IdentityProvider
from services.identity.secret.sealing import Sealer
from services.identity.settings import Settings
from services.identity.tenantkey.ring import TenantKeyRing
from shared.kit.ids import new_id
from tests.identity.world import Browser, Pkce, World
from tests.support.services import ServiceUnderTest

SCOPE = "openid profile accounts:read"


async def at_the_door(browser: Browser, username: str) -> str:
    """The provider's redirect back to us, not yet followed."""
    form = await browser.to_form(await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce())))
    return str((await browser.fill_in(form, username)).headers["location"])


def parts(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


async def arrive(browser: Browser, url: str, **changes: str) -> httpx.Response:
    query = {name: value for name, value in (parts(url) | changes).items() if value}
    return await browser.client.get(url.partition("?")[0], params=query)


async def test_a_stolen_code_cannot_be_injected_into_a_login_of_ones_own(world: World) -> None:
    async with world.browser() as victim, world.browser() as thief:
        stolen = parts(await at_the_door(victim, "rektor"))["code"]
        own = await at_the_door(thief, "deltagare")
        answer = await thief.finish(await arrive(thief, own, code=stolen))
    assert answer["error"] == "access_denied"
    assert "startklar-session" not in thief.client.cookies


async def test_a_login_of_the_attacker_cannot_be_pushed_into_the_victims_browser(world: World) -> None:
    async with world.browser() as victim, world.browser() as attacker:
        await victim.to_form(await victim.authorize(victim.parameters("norrvik", SCOPE, Pkce())))
        url = await at_the_door(attacker, "deltagare")
        refused = await arrive(victim, url)
        assert refused.status_code in (400, 403)
        assert "startklar-session" not in victim.client.cookies
        # Whoever cannot bring the cookie has used nothing up.
        assert "code" in await attacker.finish(await arrive(attacker, url))


async def test_an_answer_counts_once_whatever_it_was(world: World) -> None:
    async with world.browser() as browser:
        url = await at_the_door(browser, "rektor")
        assert (await browser.finish(await arrive(browser, url, code="", error="access_denied")))["error"]
        assert (await arrive(browser, url)).status_code in (400, 403)


async def test_another_issuer_s_name_and_a_missing_one_are_a_mix_up(world: World) -> None:
    for issuer in ("https://evil.example", ""):
        async with world.browser() as browser:
            answer = await arrive(browser, await at_the_door(browser, "rektor"), iss=issuer)
            assert (await browser.finish(answer))["error"] == "access_denied"


async def test_the_keys_of_a_tenant_s_client_are_published_and_no_private_half(world: World) -> None:
    async with world.browser() as browser:
        answer = await browser.client.get(f"/oidc/{world.tenant('norrvik')}/jwks")
        assert answer.headers["content-type"] == "application/jwk-set+json"
        (key,) = answer.json()["keys"]
        assert (key["kty"], key["alg"], key["use"], "d" in key) == ("EC", "ES256", "sig", False)
        assert (await browser.client.get(f"/oidc/{new_id()}/jwks")).status_code == 404


async def test_a_provider_that_would_let_anybody_in_is_never_asked(identity: ServiceUnderTest) -> None:
    resources, settings = identity.app.state.runtime.resources, identity.settings
    assert isinstance(settings, Settings)
    registrations = Registrations(resources[Sealer], resources[TenantKeyRing], settings.issuer)
    fields: dict[str, Any] = {
        "tenant_id": identity.tenant,
        "name": "G",
        "client_id": "c",
        "login_claim": "email",
        "acr_map": {},
    }
    google = IdentityProvider(id=new_id(), issuer="https://accounts.google.com", **fields)
    with pytest.raises(LoginFailed, match="hd"):
        await registrations.of(google)
    google.configuration = {"required_claims": {"hd": ["norrvik.example"]}}
    assert (await registrations.of(google)).redirect_uri.endswith(f"/oidc/{identity.tenant}/callback")
    google.configuration = {"token_auth": "none"}
    with pytest.raises(LoginFailed, match="cannot be read"):
        await registrations.of(google)
