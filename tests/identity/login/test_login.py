"""Logging in through the demo identity provider, over real HTTP, and every way to bend a login that must fail."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from tests.identity.world import SCOPE, Pkce, World, bearer, claims_of


async def me(world: World, token: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        response = await client.get("/identity/v1/me", headers=bearer(token))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_login_ends_in_tokens_that_name_tenant_side_roles_and_assurance(world: World) -> None:
    tokens = await world.log_in("rektor")
    access, identity = claims_of(tokens["access_token"]), claims_of(tokens["id_token"])
    assert access["iss"] == world.issuer
    assert access["aud"] == "urn:startklar:api"
    assert access["tenant"] == world.tenant("norrvik")
    assert (access["side"], access["roles"]) == ("customer", ["unit_head@*"])
    assert access["acr"] == "urn:startklar:loa:strong"
    assert access["exp"] - access["iat"] == 300
    assert (identity["aud"], identity["nonce"], identity["sub"]) == ("demo-app", "the-clients-nonce", access["sub"])
    assert "refresh_token" not in tokens


async def test_me_tells_the_caller_who_the_caller_is(world: World) -> None:
    answer = await me(world, (await world.log_in("ledare"))["access_token"])
    assert answer["displayName"] == "Lo Projektledare"
    assert answer["tenant"] == {"id": world.tenant("norrvik"), "name": "Norrviks kommun", "kind": "authority"}
    assert {role["role"] for role in answer["roles"]} == {"project_leader", "register_admin", "trainer"}
    assert answer["side"] == "customer"
    assert answer["allUnits"] is True
    assert answer["assurance"]["acr"] == "urn:startklar:loa:strong"


async def test_the_answer_to_the_client_names_state_and_issuer(world: World) -> None:
    async with world.browser() as browser:
        answer = await browser.code_for("rektor")
    assert answer["state"] == "the-clients-state"
    assert answer["iss"] == world.issuer


async def test_a_supplier_logs_in_at_home_and_acts_at_the_customer_on_the_suppliers_side(world: World) -> None:
    tokens = await world.log_in("leverantor", home_tenant="laranda")
    access = claims_of(tokens["access_token"])
    assert access["tenant"] == world.tenant("norrvik")
    assert (access["side"], access["roles"]) == ("supplier", ["project_leader@*"])
    assert (await me(world, tokens["access_token"]))["displayName"] == "Leia Leverantör"


async def test_somebody_without_a_role_in_the_tenant_gets_no_token_for_it(world: World) -> None:
    async with world.browser() as browser:
        answer = await browser.code_for("rektor", tenant="soderby", home_tenant="norrvik")
    assert answer["error"] == "access_denied"
    assert "code" not in answer


async def test_a_session_of_another_tenant_without_a_role_here_leads_to_the_login_of_this_tenant(world: World) -> None:
    async with world.browser() as browser:
        await browser.log_in("rektor")
        response = await browser.authorize(browser.parameters("soderby", SCOPE, Pkce()))
        assert f"/saml/{world.tenant('soderby')}/login" in response.headers["location"]
        answer = await browser.code_for("admin-soderby", tenant="soderby")
    assert "code" in answer


async def test_the_second_application_needs_no_second_password(world: World) -> None:
    async with world.browser() as browser:
        first = await browser.log_in("rektor")
        pkce = Pkce()
        again = await browser.authorize(browser.parameters("norrvik", SCOPE, pkce))
        second = await browser.redeem((await browser.finish(again))["code"], pkce)
    assert claims_of(second["access_token"])["sub"] == claims_of(first["access_token"])["sub"]
    assert claims_of(second["access_token"])["auth_time"] == claims_of(first["access_token"])["auth_time"]


async def test_without_a_session_a_silent_request_is_told_that_a_login_is_required(world: World) -> None:
    async with world.browser() as browser:
        answer = await browser.finish(
            await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), prompt="none"))
        )
    assert (answer["error"], answer["state"], answer["iss"]) == ("login_required", "the-clients-state", world.issuer)


async def test_a_client_may_ask_for_a_new_login_although_there_is_a_session(world: World) -> None:
    async with world.browser() as browser:
        await browser.log_in("rektor")
        response = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), prompt="login"))
        assert "/oidc/" in response.headers["location"]


async def test_a_login_that_is_weaker_than_asked_for_gives_no_code(world: World) -> None:
    async with world.browser() as browser:
        answer = await browser.code_for("deltagare", acr_values="urn:startklar:loa:strong")
    assert answer["error"] == "unmet_authentication_requirements"
    weak = await world.log_in("deltagare")
    assert claims_of(weak["access_token"])["acr"] == "urn:startklar:loa:basic"


async def test_a_stronger_login_must_be_the_same_persons(world: World) -> None:
    async with world.browser() as browser:
        await browser.log_in("deltagare")
        answer = await browser.code_for("rektor", acr_values="urn:startklar:loa:strong")
    assert answer["error"] == "access_denied"


async def test_a_session_that_is_too_old_for_the_client_means_a_new_login(world: World) -> None:
    async with world.browser() as browser:
        await browser.log_in("rektor")
        fresh = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), max_age="3600"))
        assert fresh.headers["location"].startswith(world.redirect_uri)
        old = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), max_age="0"))
        assert "/oidc/" in old.headers["location"]
        answer = await browser.finish(await browser.fill_in(await browser.to_form(old), "rektor"))
        assert "code" in answer


async def test_a_wrong_password_gives_the_form_again_and_no_session(world: World) -> None:
    async with world.browser() as browser:
        form = await browser.to_form(await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce())))
        response = await browser.fill_in(form, "rektor", "a guess")
        assert response.status_code == 401
        assert "startklar-session" not in browser.client.cookies


async def test_who_is_unknown_to_the_tenant_gets_no_account_on_the_fly(world: World) -> None:
    stranger = {"username": "okand", "password": "okand", "name": "Okänd Person", "eppn": "okand@norrvik.example"}
    world.tell_idp(users=[{**stranger, "acr": "urn:startklar:demo:two-factor"}])
    async with world.browser() as browser:
        form = await browser.to_form(await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce())))
        answer = await browser.finish(await browser.fill_in(form, "okand", "okand"))
    assert answer["error"] == "access_denied"
    assert "startklar-session" not in browser.client.cookies


async def test_a_closed_account_can_neither_log_in_nor_go_on_with_its_session(world: World) -> None:
    person = {"username": "slutar", "password": "slutar", "name": "Slutar", "eppn": "slutar@norrvik.example"}
    world.tell_idp(users=[{**person, "acr": "urn:startklar:demo:two-factor"}])
    admin = bearer((await world.log_in("admin"))["access_token"])
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False, headers=admin) as client:
        body = {"loginName": person["eppn"], "displayName": "Slutar"}
        account = (await client.post("/identity/v1/accounts", json=body)).json()
        grant = {"accountId": account["id"], "role": "participant", "side": "customer"}
        await client.post("/identity/v1/memberships", json=grant)
        async with world.browser() as browser:
            asked = browser.parameters("norrvik", SCOPE, Pkce())
            form = await browser.to_form(await browser.authorize(asked))
            assert "code" in await browser.finish(await browser.fill_in(form, "slutar", "slutar"))
            path = f"/identity/v1/accounts/{account['id']}"
            closed = await client.patch(path, json={"state": "closed"}, headers={"If-Match": '"1"'})
            assert closed.status_code == 200
            form = await browser.to_form(await browser.authorize(asked))
            answer = await browser.finish(await browser.fill_in(form, "slutar", "slutar"))
    assert answer["error"] == "access_denied"


async def test_a_tenants_provider_cannot_vouch_for_another_tenants_account(world: World) -> None:
    """soderby's login asserts norrvik's login name; in soderby there is no such account."""
    async with world.browser() as browser:
        answer = await browser.code_for("rektor", tenant="norrvik", home_tenant="soderby")
    assert answer["error"] == "access_denied"


async def redirect_of_the_provider(browser: Any) -> httpx.URL:
    form = await browser.to_form(await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce())))
    response = await browser.fill_in(form, "rektor")
    return httpx.URL(response.headers["location"])


def with_parameters(url: httpx.URL, **changes: str | None) -> str:
    parts = urlsplit(str(url))
    query = dict(parse_qsl(parts.query)) | {name: value for name, value in changes.items() if value is not None}
    for name in [name for name, value in changes.items() if value is None]:
        query.pop(name)
    return parts._replace(query=urlencode(query)).geturl()


async def test_a_response_of_the_provider_counts_once(world: World) -> None:
    async with world.browser() as browser:
        callback = await redirect_of_the_provider(browser)
        first, second = await browser.client.get(callback), await browser.client.get(callback)
    assert first.headers["location"].startswith(world.redirect_uri)
    assert second.status_code == 400
    assert second.json()["type"].endswith("/login-expired")


async def test_a_response_that_another_browser_brings_is_refused(world: World) -> None:
    async with world.browser() as victim, world.browser() as attacker:
        callback = await redirect_of_the_provider(attacker)
        response = await victim.client.get(callback)
        await victim.authorize(victim.parameters("norrvik", SCOPE, Pkce()))
        with_own_cookie = await victim.client.get(callback)
    assert (response.status_code, with_own_cookie.status_code) == (400, 400)
    assert "startklar-session" not in victim.client.cookies


@pytest.mark.parametrize("state", [None, "invented", "A" * 64])
async def test_a_response_with_a_missing_or_invented_state_is_refused(world: World, state: str | None) -> None:
    async with world.browser() as browser:
        callback = await redirect_of_the_provider(browser)
        response = await browser.client.get(with_parameters(callback, state=state))
    assert response.status_code == 400


@pytest.mark.parametrize("issuer", [None, "https://evil.example"])
async def test_a_response_of_another_issuer_is_refused_as_a_mix_up(world: World, issuer: str | None) -> None:
    async with world.browser() as browser:
        callback = await redirect_of_the_provider(browser)
        answer = await browser.finish(await browser.client.get(with_parameters(callback, iss=issuer)))
    assert answer["error"] == "access_denied"


async def test_a_response_at_another_tenants_address_is_refused(world: World) -> None:
    async with world.browser() as browser:
        callback = str(await redirect_of_the_provider(browser))
        moved = callback.replace(world.tenant("norrvik"), world.tenant("soderby"))
        assert (await browser.client.get(moved)).status_code == 400


async def test_an_invented_code_proves_nothing(world: World) -> None:
    async with world.browser() as browser:
        callback = await redirect_of_the_provider(browser)
        answer = await browser.finish(await browser.client.get(with_parameters(callback, code="invented")))
    assert answer["error"] == "access_denied"


async def test_an_error_of_the_provider_reaches_the_client_as_a_refusal(world: World) -> None:
    async with world.browser() as browser:
        callback = await redirect_of_the_provider(browser)
        moved = with_parameters(callback, code=None, error="server_error")
        answer = await browser.finish(await browser.client.get(moved))
    assert (answer["error"], answer["state"]) == ("access_denied", "the-clients-state")


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(world: World) -> None:
    async with world.browser() as browser:
        callback = await redirect_of_the_provider(browser)
        cookie = (await browser.client.get(callback)).headers["set-cookie"]
    assert cookie.startswith("startklar-session=")
    for attribute in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert attribute in cookie


async def test_a_protected_persons_name_appears_nowhere_although_the_provider_asserts_it(world: World) -> None:
    name, alias = "Hemlig Vidarsson", "Person 4711"
    world.tell_idp(
        users=[
            {
                "username": "skyddad",
                "password": "skyddad",
                "eppn": "skyddad@norrvik.example",
                "name": name,
                "acr": "urn:startklar:demo:two-factor",
            }
        ]
    )
    admin = bearer((await world.log_in("admin"))["access_token"])
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False, headers=admin) as client:
        body = {"loginName": "skyddad@norrvik.example", "displayName": alias}
        account = (await client.post("/identity/v1/accounts", json=body)).json()
        grant = {"accountId": account["id"], "role": "participant", "side": "customer"}
        assert (await client.post("/identity/v1/memberships", json=grant)).status_code == 201
        async with world.browser() as browser:
            pkce = Pkce()
            form = await browser.to_form(await browser.authorize(browser.parameters("norrvik", SCOPE, pkce)))
            answer = await browser.finish(await browser.fill_in(form, "skyddad", "skyddad"))
            tokens = await browser.redeem(answer["code"], pkce)
        own = bearer(tokens["access_token"])
        seen = [
            str(claims_of(tokens["access_token"])) + str(claims_of(tokens["id_token"])),
            (await client.get("/oauth2/userinfo", headers=own)).text,
            (await client.get("/identity/v1/me", headers=own)).text,
            (await client.get("/identity/v1/accounts", params={"limit": 200})).text,
            (await client.get("/identity/v1/journal-entries", params={"limit": 200})).text,
        ]
    assert alias in seen[1]
    assert all("Vidarsson" not in text for text in seen)


async def test_logging_out_with_the_id_token_ends_the_session_and_returns_to_the_client(world: World) -> None:
    async with world.browser() as browser:
        tokens = await browser.log_in("rektor")
        back = f"{world.issuer}/"
        asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": back, "client_id": "demo-app"}
        response = await browser.client.get("/oauth2/logout", params={**asked, "state": "s"})
        assert (response.status_code, response.headers["location"]) == (303, f"{back}?state=s")
        again = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), prompt="none"))
        assert (await browser.finish(again))["error"] == "login_required"


async def test_logging_out_without_a_proof_asks_the_person_first(world: World) -> None:
    async with world.browser() as browser:
        await browser.log_in("rektor")
        page = await browser.client.get("/oauth2/logout", headers={"Accept-Language": "en"})
        assert "Do you want to log out?" in page.text
        still = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), prompt="none"))
        assert "code" in await browser.finish(still)
        await browser.client.post("/oauth2/logout")
        gone = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), prompt="none"))
        assert (await browser.finish(gone))["error"] == "login_required"


async def test_a_neighbour_on_the_same_site_cannot_log_the_person_out(world: World) -> None:
    async with world.browser() as browser:
        await browser.log_in("rektor")
        for site in ("same-site", "cross-site"):
            answer = await browser.client.post("/oauth2/logout", headers={"Sec-Fetch-Site": site})
            assert (answer.status_code, answer.headers["location"]) == (303, f"{world.issuer}/oauth2/logout")
        still = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), prompt="none"))
        assert "code" in await browser.finish(still)


async def test_a_client_may_send_the_request_to_log_out_as_a_form(world: World) -> None:
    async with world.browser() as browser:
        tokens = await browser.log_in("rektor")
        back = f"{world.issuer}/"
        asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": back, "client_id": "demo-app"}
        response = await browser.client.post("/oauth2/logout", data=asked)
        response = await browser.client.get(response.headers["location"])
        assert (response.status_code, response.headers["location"]) == (303, back)
        again = await browser.authorize(browser.parameters("norrvik", SCOPE, Pkce(), prompt="none"))
        assert (await browser.finish(again))["error"] == "login_required"


async def test_logging_out_never_redirects_to_an_address_that_is_not_registered(world: World) -> None:
    async with world.browser() as browser:
        asked = {"post_logout_redirect_uri": "https://evil.example/", "client_id": "demo-app"}
        response = await browser.client.get("/oauth2/logout", params=asked)
    assert response.status_code == 400
