"""A login on trial in a real browser's steps: the whole protocol of each kind, and nobody is logged in by it."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import orjson
import pytest
from joserfc import jws
from joserfc.jwk import KeySet
from sqlalchemy import text

from cli.demo_idp.saml.requests import from_redirect, login_wish
from services.identity.saml.names import EPPN
from tests.identity.saml_login.forging import Forger, Person, Underway
from tests.identity.world import Browser, Pkce, World, bearer

SCOPE = "openid tenants:read tenants:write journal:read"


async def admin(world: World, username: str, tenant: str) -> dict[str, str]:
    return bearer((await world.log_in(username, tenant, SCOPE))["access_token"])


async def begin(world: World, headers: dict[str, str]) -> tuple[dict[str, Any], str]:
    """A trial of the tenant's own provider, and the path where it is read."""
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        listed = await client.get("/identity/v1/identity-providers", headers=headers)
        provider = listed.json()["items"][0]
        path = f"/identity/v1/identity-providers/{provider['id']}/trials"
        made = await client.post(path, json={}, headers=headers)
        assert made.status_code == 201, made.text
        trial: dict[str, Any] = made.json()
        return trial, f"{path}/{trial['id']}"


async def read(world: World, path: str, headers: dict[str, str]) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        answer: dict[str, Any] = (await client.get(path, headers=headers)).json()
        return answer


async def end(browser: Browser, response: httpx.Response) -> httpx.Response:
    """From the provider's redirect to the page that ends the trial."""
    for _ in range(4):
        if not response.is_redirect:
            return response
        response = await browser.client.get(response.headers["location"], headers={"Accept-Language": "sv"})
    raise AssertionError("no page")


async def test_over_openid_connect_the_page_says_it_worked_and_the_report_what_came(world: World) -> None:
    headers = await admin(world, "admin", "norrvik")
    trial, path = await begin(world, headers)
    async with world.browser() as browser:
        form = await browser.to_form(await browser.client.get(trial["url"]))
        page = await end(browser, await browser.fill_in(form, "rektor"))
        assert (page.status_code, "Provet lyckades" in page.text) == (200, True)
        assert "startklar-session" not in browser.client.cookies
        again = await browser.client.get(trial["url"])
        assert again.status_code == 400
    told = await read(world, path, headers)
    assert (told["state"], told["report"]["verdict"]) == ("passed", "The login worked")
    values = {one["name"]: one["values"] for one in told["report"]["attributes"]}
    assert values["eduPersonPrincipalName"] == ["r***@norrvik.example"]
    assert "rektor" not in str(told)
    evidence = await read(world, "/identity/v1/login-evidence", headers)
    assert [(method["key"], method["isVerified"]) for method in evidence["methods"]] == [("sso", True)]
    published: Any = await read(world, "/oauth2/jwks", {})
    signed = jws.deserialize_compact(evidence["signature"], KeySet.import_key_set(published), ["ES256"])
    claims = orjson.loads(signed.payload)
    assert signed.headers()["typ"] == "startklar-login-evidence+jwt"
    assert (claims["methods"], claims["tenantId"]) == (evidence["methods"], evidence["tenantId"])


async def test_a_person_of_another_tenant_fails_and_the_page_says_why(world: World) -> None:
    headers = await admin(world, "admin", "norrvik")
    trial, path = await begin(world, headers)
    async with world.browser() as browser:
        form = await browser.to_form(await browser.client.get(trial["url"]))
        page = await end(browser, await browser.fill_in(form, "deltagare-soderby"))
        assert (page.status_code, "inte verifierad för organisationen" in page.text) == (200, True)
    told = await read(world, path, headers)
    failed = [check["rule"] for check in told["report"]["checks"] if check["outcome"] == "failed"]
    assert (told["state"], failed) == ("failed", ["scope"])


@pytest.mark.parametrize(("audience", "state"), [(None, "passed"), ("https://other.example", "failed")])
async def test_over_saml_a_good_answer_passes_and_one_for_others_fails(
    world: World, audience: str | None, state: str
) -> None:
    headers = await admin(world, "admin-soderby", "soderby")
    trial, path = await begin(world, headers)
    async with world.browser() as browser:
        sent = await browser.client.get(trial["url"])
        wish = login_wish(from_redirect(urlsplit(sent.headers["location"]).query, "SAMLRequest"))
        changes = {"audience": audience} if audience else {}
        page = await Underway(browser, Pkce(), wish).post(Forger(world).answer(wish, **changes))
        assert page.status_code == 200
        assert "startklar-session" not in browser.client.cookies
    told = await read(world, path, headers)
    assert told["state"] == state
    if state == "failed":
        assert told["report"]["checks"][0]["outcome"] == "failed"


async def test_where_the_login_name_is_missing_the_report_shows_what_came_instead(world: World) -> None:
    headers = await admin(world, "admin-soderby", "soderby")
    await rename_claim(world, "urn:oid:0.9.2342.19200300.100.1.1")
    try:
        trial, path = await begin(world, headers)
        async with world.browser() as browser:
            sent = await browser.client.get(trial["url"])
            wish = login_wish(from_redirect(urlsplit(sent.headers["location"]).query, "SAMLRequest"))
            await Underway(browser, Pkce(), wish).post(Forger(world).answer(wish))
    finally:
        await rename_claim(world, EPPN)
    report = (await read(world, path, headers))["report"]
    assert report["missing"] == ["urn:oid:0.9.2342.19200300.100.1.1"]
    assert {one["name"]: one["values"] for one in report["attributes"]}[EPPN] == ["a***@soderby.example"]
    assert len(report["facts"]["certificate"]) == 64


async def test_where_the_provider_may_not_speak_for_the_person_the_report_shows_whose_name_came(world: World) -> None:
    headers = await admin(world, "admin-soderby", "soderby")
    trial, path = await begin(world, headers)
    async with world.browser() as browser:
        sent = await browser.client.get(trial["url"])
        wish = login_wish(from_redirect(urlsplit(sent.headers["location"]).query, "SAMLRequest"))
        await Underway(browser, Pkce(), wish).post(Forger(world).answer(wish, Person("admin@norrvik.example")))
    told = await read(world, path, headers)
    failed = [check["rule"] for check in told["report"]["checks"] if check["outcome"] == "failed"]
    assert (told["state"], failed, told["report"]["accountId"]) == ("failed", ["scope"], None)
    values = {one["name"]: one["values"] for one in told["report"]["attributes"]}
    assert values[EPPN] == ["a***@norrvik.example"]


async def rename_claim(world: World, claim: str) -> None:
    """Past the API, as soderby's login must work for other tests afterwards."""
    async with world.database.transaction(UUID(world.tenant("soderby"))) as session:
        await session.execute(text("UPDATE identity_provider SET login_claim = :claim"), {"claim": claim})
