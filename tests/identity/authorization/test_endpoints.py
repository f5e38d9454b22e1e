"""The authorization endpoint: what is never redirected, and what every bent request is told."""

from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from services.identity.client.models import Client
from services.identity.client.naming import client_id_for
from shared.kit.ids import new_id
from tests.identity.world import SCOPE, Browser, Pkce, World


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "unknown"},
        {"client_id": ""},
        {"client_id": "x" * 300},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": ""},
        {"redirect_uri": "{own}/"},
        {"redirect_uri": "{own}?x=1"},
        {"redirect_uri": "{own}#x"},
        {"redirect_uri": "{upper}"},
        {"redirect_uri": "http://127.0.0.1:8765/callback/../evil"},
        {"redirect_uri": "http://127.0.0.1:9999/callback"},
        {"client_id": "service-projects"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_unknown_client_or_address_is_told_to_the_person_and_never_redirected(
    world: World, change: dict[str, str], method: str
) -> None:
    own = world.redirect_uri
    filled = {name: value.format(own=own, upper=own.upper()) for name, value in change.items()}
    async with world.browser() as browser:
        response = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), **filled), method)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert response.json()["type"].endswith("/untrusted-redirect")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
        ({"scope": ""}, "invalid_request"),
        ({"scope": "everything:write"}, "invalid_scope"),
        ({"tenant": ""}, "invalid_request"),
        ({"tenant": "nowhere"}, "invalid_request"),
        ({"tenant": "01990000-0000-7000-8000-000000000001"}, "invalid_request"),
        ({"tenant": "00000000-0000-0000-0000-000000000000"}, "invalid_request"),
        ({"home_tenant": "nowhere"}, "invalid_request"),
        ({"acr_values": "urn:startklar:loa:perfect"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"nonce": "n" * 513}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"request_uri": "https://evil.example"}, "request_uri_not_supported"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_bent_request_goes_back_to_the_client_with_its_error(
    world: World, change: dict[str, str], error: str, method: str
) -> None:
    async with world.browser() as browser:
        response = await browser.authorize(
            browser.parameters(**{"tenant": "norrvik", "scope": SCOPE, **change}, pkce=Pkce()), method
        )
    assert response.status_code == 303
    assert response.headers["location"].startswith(world.redirect_uri)
    answer = parse_qs(urlsplit(response.headers["location"]).query)
    assert (answer["error"], answer["state"], answer["iss"]) == ([error], ["the-clients-state"], [world.issuer])
    assert "startklar-login" not in browser.client.cookies


async def test_a_tenants_own_app_cannot_ask_for_another_tenant(world: World) -> None:
    tenant, row_id = UUID(world.tenant("soderby")), new_id()
    client_id = client_id_for(tenant, row_id)
    client = Client(tenant_id=tenant, id=row_id, client_id=client_id, name="Södras app", kind="public")
    client.redirect_uris, client.scopes = [world.redirect_uri], SCOPE.split()
    async with world.database.transaction(tenant) as session:
        session.add(client)
    async with world.browser() as browser:
        foreign = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), client_id=client_id))
        own = await browser.authorize(browser.parameters("soderby", SCOPE, Pkce(), client_id=client_id))
    assert "error=unauthorized_client" in foreign.headers["location"]
    assert f"/saml/{tenant}/login" in own.headers["location"]


async def test_a_state_without_end_is_refused(world: World) -> None:
    async with world.browser() as browser:
        response = await browser.authorize(browser.parameters("norrvik", "openid", Pkce(), state="s" * 2049))
    assert parse_qs(urlsplit(response.headers["location"]).query)["error"] == ["invalid_request"]


async def test_a_parameter_that_is_given_twice_is_refused(world: World) -> None:
    async with world.browser() as browser:
        query = str(httpx.QueryParams(browser.parameters("norrvik", SCOPE, Pkce())))
        response = await browser.client.get(f"/oauth2/authorize?{query}&scope=x")
    assert response.status_code == 400


async def test_a_request_as_a_form_leads_to_a_login_and_then_to_a_code(world: World) -> None:
    pkce = Pkce()
    async with world.browser() as browser:
        asked = browser.parameters("norrvik", SCOPE, pkce)
        form = await browser.to_form(await browser.authorize(asked, "POST"))
        first = await browser.finish(await browser.fill_in(form, "rektor"))
        second = await browser.finish(await browser.authorize(asked, "POST"))
        tokens = await browser.redeem(second["code"], pkce)
    assert first["state"] == second["state"] == "the-clients-state"
    assert tokens["token_type"] == "Bearer"


async def test_a_form_of_another_site_goes_on_as_a_get_that_brings_the_cookies_along(world: World) -> None:
    async with world.browser() as browser:
        await browser.log_in("rektor")
        asked = browser.parameters("norrvik", SCOPE, Pkce(), prompt="none")
        headers = {"Sec-Fetch-Site": "cross-site"}
        async with world.browser() as without_cookies:
            response = await without_cookies.client.post("/oauth2/authorize", data=asked, headers=headers)
        assert response.status_code == 303
        assert response.headers["location"].startswith(f"{world.issuer}/oauth2/authorize?")
        assert "set-cookie" not in response.headers
        answer = await browser.finish(await browser.client.get(response.headers["location"]))
    assert "code" in answer


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"client_id": "demo-app"}', "application/json"),
        (b"client_id=demo-app&client_id=demo-app", "application/x-www-form-urlencoded"),
        (b"client_id=%ff", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_form_that_cannot_be_read_is_told_to_the_person(world: World, content: bytes, kind: str) -> None:
    async with world.browser() as browser:
        asked = browser.parameters("norrvik", SCOPE, Pkce())
        response = await browser.client.post(
            "/oauth2/authorize", params=asked, content=content, headers={"Content-Type": kind}
        )
    assert (response.status_code, response.headers["cache-control"]) == (400, "no-store")


async def test_a_browser_gets_a_problem_as_a_page_without_script_in_its_language(world: World) -> None:
    async with world.browser() as browser:
        headers = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "sv"}
        hostile = {"client_id": "<script>alert(1)</script>", "redirect_uri": "https://evil.example/<script>"}
        response = await browser.client.get("/oauth2/authorize", params=hostile, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "inte registrerad" in response.text
    assert "<script" not in response.text
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert (response.headers["cache-control"], response.headers["referrer-policy"]) == ("no-store", "no-referrer")


async def test_a_login_that_was_begun_elsewhere_cannot_be_continued(world: World) -> None:
    async with world.browser() as browser, world.browser() as other:
        begun = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce()))
        assert (await other.client.get(begun.headers["location"])).status_code == 400
        moved = begun.headers["location"].replace(world.tenant("norrvik"), world.tenant("soderby"))
        assert (await browser.client.get(moved)).status_code == 400
        assert (await browser.client.get(begun.headers["location"])).status_code == 303
    assert (await httpx.AsyncClient().get(f"{world.issuer}/oidc/{world.tenant('norrvik')}/login")).status_code == 400


async def test_an_invented_session_cookie_is_no_session(world: World) -> None:
    async with world.browser() as browser:
        for cookie in ("x", "A" * 64, "Å" * 10):
            browser.client.cookies.clear()
            headers = {b"Cookie": f"startklar-session={cookie}".encode()}
            parameters = browser.parameters("norrvik", SCOPE, Pkce(), prompt="none")
            response = await browser.client.get("/oauth2/authorize", params=parameters, headers=headers)
            assert "error=login_required" in response.headers["location"]


async def test_discovery_names_this_issuer_and_only_what_is_built(world: World) -> None:
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        openid = (await client.get("/.well-known/openid-configuration")).json()
        oauth = (await client.get("/.well-known/oauth-authorization-server")).json()
        keys = (await client.get("/oauth2/jwks")).json()["keys"]
        for name in ("authorization", "token", "userinfo", "revocation", "introspection", "end_session"):
            response = await client.get(openid[f"{name}_endpoint"])
            assert response.status_code in (200, 400, 401, 405)
    assert openid == oauth
    assert openid["issuer"] == world.issuer
    assert openid["code_challenge_methods_supported"] == ["S256"]
    assert openid["response_types_supported"] == ["code"]
    assert len(keys) == 2
    assert all(key["kty"] == "EC" and "d" not in key for key in keys)


async def test_without_a_word_to_the_person_every_obstacle_has_its_own_error(world: World) -> None:
    """`prompt=none` (OpenID Connect Core 1.0 section 3.1.2.6), with a hint of who it must be."""

    async def error(browser: Browser, tenant: str = "norrvik", **asked: str) -> str | None:
        quiet = browser.parameters(tenant, SCOPE, Pkce(), prompt="none", **asked)
        answer = parse_qs(urlsplit((await browser.authorize(quiet)).headers["location"]).query)
        return answer.get("error", ["none"])[0]

    other = (await world.log_in("admin"))["id_token"]
    async with world.browser() as browser:
        assert await error(browser) == "login_required"
        own = (await browser.log_in("rektor"))["id_token"]
        assert await error(browser) == "none"
        assert await error(browser, id_token_hint=own) == "none"
        assert await error(browser, id_token_hint=other) == "login_required"
        assert await error(browser, id_token_hint="a.b.c") == "invalid_request"
        assert await error(browser, max_age="0") == "login_required"
        assert await error(browser, acr_values="urn:startklar:loa:eid3") == "login_required"
        assert await error(browser, "soderby") == "interaction_required"
        assert await error(browser, "soderby", home_tenant="norrvik") == "access_denied"
        assert await error(browser, login_hint="nobody@norrvik.example", claims='{"id_token":{"acr":null}}') == "none"


async def test_a_login_for_a_hinted_person_by_somebody_else_gives_no_code(world: World) -> None:
    hint = (await world.log_in("admin"))["id_token"]
    async with world.browser() as browser:
        answer = await browser.code_for("rektor", id_token_hint=hint)
        started = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), login_hint="runa@norrvik"))
    assert answer["error"] == "access_denied"
    assert "login_hint" not in started.headers["location"]
    assert "runa" not in started.headers["location"]
