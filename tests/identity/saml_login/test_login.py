"""A login over SAML, from the client's request to its token, at the demo provider over real HTTP."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import Response
from lxml import etree
from signxml.verifier import XMLVerifier

from services.identity.session import cookie
from tests.identity.saml_login.forging import Forger, Person, configure, depart
from tests.identity.world import Pkce, World, claims_of

SCOPE = "openid profile accounts:read"
STRONG = "urn:startklar:loa:strong"
WEAK_CONTEXT, STRONG_CONTEXT = "urn:startklar:demo:password", "urn:startklar:demo:two-factor"
SELECTOR = "https://data.gov.dk/eid/Person"


async def test_a_person_logs_in_over_saml_and_gets_a_token(world: World) -> None:
    """The request is signed (the demo provider checks it), the assertion comes encrypted."""
    tokens = await world.log_in("admin-soderby", "soderby", SCOPE)
    claims = claims_of(tokens["access_token"])
    assert (claims["tenant"], claims["acr"]) == (world.tenant("soderby"), STRONG)


async def test_whom_the_provider_knows_fills_in_no_form_unless_a_new_login_is_asked_for(world: World) -> None:
    async with world.browser() as browser:
        await browser.log_in("admin-soderby", "soderby", SCOPE)
        browser.client.cookies.delete("startklar-session")
        known = await browser.to_form(await browser.authorize(browser.parameters("soderby", SCOPE, Pkce())))
        assert 'name="SAMLResponse"' in known.text
        asked = browser.parameters("soderby", SCOPE, Pkce(), prompt="login")
        assert 'name="ticket"' in (await browser.to_form(await browser.authorize(asked))).text


async def test_a_step_up_asks_for_the_level_and_says_honestly_that_it_was_not_reached(world: World) -> None:
    """The demo provider answers NoAuthnContext for who has no second factor."""
    async with world.browser() as browser:
        tokens = await browser.log_in("deltagare-soderby", "soderby", SCOPE)
        assert claims_of(tokens["access_token"])["acr"] == "urn:startklar:loa:basic"
        answer = await browser.code_for("deltagare-soderby", "soderby", SCOPE, acr_values=STRONG)
        assert answer["error"] == "unmet_authentication_requirements"
        still = await browser.authorize(browser.parameters("soderby", SCOPE, Pkce(), prompt="none"))
        assert "code" in await browser.finish(still)


@pytest.mark.parametrize(
    ("changes", "contexts", "is_minimum"),
    [
        ({}, (STRONG_CONTEXT,), False),
        (
            {"extra_contexts": ["https://data.gov.dk/eid/Person"]},
            (STRONG_CONTEXT, "https://data.gov.dk/eid/Person"),
            False,
        ),
        ({"comparison": "minimum"}, (STRONG_CONTEXT,), True),
        ({"requests_contexts": False}, (), False),
    ],
)
async def test_the_request_names_the_levels_in_the_providers_way(
    world: World, changes: dict[str, Any], contexts: tuple[str, ...], is_minimum: bool
) -> None:
    usual: dict[str, Any] = {"extra_contexts": [], "comparison": "exact", "requests_contexts": True}
    await configure(world, **changes)
    try:
        async with world.browser() as browser:
            wish = (await depart(browser, acr_values=STRONG)).wish
            assert (wish.contexts, wish.is_minimum, wish.is_forced) == (contexts, is_minimum, False)
    finally:
        await configure(world, **usual)


async def test_a_request_may_go_as_a_form_that_sends_itself(world: World) -> None:
    await configure(world, sso_binding="post")
    try:
        async with world.browser() as browser:
            begun = await browser.authorize(browser.parameters("soderby", SCOPE, Pkce()))
            page = await browser.client.get(begun.headers["location"])
            policy = page.headers["content-security-policy"]
            assert re.match(
                r"default-src 'none'; script-src 'sha256-[A-Za-z0-9+/=]+'; form-action https: http:;", policy
            )
            tokens = await browser.log_in("admin-soderby", "soderby", SCOPE)
            assert claims_of(tokens["access_token"])["tenant"] == world.tenant("soderby")
    finally:
        await configure(world, sso_binding="redirect")


async def test_a_provider_that_must_encrypt_is_held_to_it(world: World) -> None:
    await configure(world, want_encrypted=True)
    try:
        async with world.browser() as browser:
            plain = await depart(browser)
            assert await plain.outcome(Forger(world).answer(plain.wish)) == "access_denied"
            assert "code" in await browser.code_for("admin-soderby", "soderby", SCOPE)
    finally:
        await configure(world, want_encrypted=False)


async def test_a_login_name_in_other_letters_is_the_same_persons(world: World) -> None:
    async with world.browser() as browser:
        login = await depart(browser)
        answer = Forger(world).answer(login.wish, Person("Admin-Soderby@SODERBY.example", WEAK_CONTEXT))
        assert await login.outcome(answer) == "logged in"


def test_the_binding_to_the_browser_crosses_sites_only_over_https_and_the_session_never_does() -> None:
    for issuer, expected in (("https://id.example", "SameSite=none; Secure"), ("http://127.0.0.1", "SameSite=lax")):
        response = Response()
        cookie.set_crossing_cookie(response, cookie.SAML, "x", issuer=issuer, max_age=60)
        assert response.headers["set-cookie"].endswith(expected)
        session = Response()
        cookie.set_cookie(session, cookie.SESSION, "x", issuer=issuer, max_age=60)
        assert "SameSite=lax" in session.headers["set-cookie"]


async def test_metadata_is_signed_the_same_at_each_reading_and_has_the_checksum_that_the_api_tells(
    world: World,
) -> None:
    tokens = await world.log_in("admin-soderby", "soderby", "openid tenants:read")
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        told = (await client.get("/identity/v1/saml-metadata", headers=bearer)).json()
        first, second = await client.get(told["url"]), await client.get(told["url"])
        unchanged = await client.get(told["url"], headers={"If-None-Match": first.headers["etag"]})
        unknown = await client.get(f"/saml/{uuid4()}/metadata")
    assert first.content == second.content
    assert first.headers["content-type"] == "application/samlmetadata+xml"
    assert first.headers["etag"] == f'"{told["sha256"]}"'
    assert len(first.content) == told["bytes"]
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unknown.status_code == 404
    assert signed_part(first.content).get("entityID") == told["entityId"]


def signed_part(content: bytes) -> Any:
    """What is signed by the key that the metadata names."""
    root = etree.fromstring(content)
    certificate = root.findtext(".//{http://www.w3.org/2000/09/xmldsig#}KeyInfo//{*}X509Certificate") or ""
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate.strip()}\n-----END CERTIFICATE-----\n"
    verified: Any = XMLVerifier().verify(root, x509_cert=pem, id_attribute="ID")
    return verified.signed_xml
