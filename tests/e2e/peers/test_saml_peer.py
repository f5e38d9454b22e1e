"""A login at an identity provider that somebody else has written: npm samlp, by metadata of both sides."""

from pathlib import Path

import httpx
import pytest

from services.identity.saml.names import EPPN
from tests.e2e.peers.saml_peer import install, running_peer, trust, what_we_say
from tests.identity.world import Pkce, World, claims_of

pytestmark = pytest.mark.browser

SCOPE = "openid profile accounts:read"
PERSON = {
    "nameId": "peer-subject-1",
    "context": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    "attributes": {EPPN: "leverantor@laranda.example"},
}


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    install()


async def our_metadata(world: World) -> bytes:
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        return (await client.get(f"/saml/{world.tenant('laranda')}/metadata")).content


@pytest.mark.parametrize(("encrypts", "signs_response"), [(False, False), (False, True), (True, False), (True, True)])
async def test_a_person_logs_in_at_a_foreign_provider(
    world: World, tmp_path: Path, encrypts: bool, signs_response: bool
) -> None:
    """It verifies our signed request; we take its assertion signed, in a signed response or not, encrypted or not."""
    told = what_we_say(await our_metadata(world), encrypts=encrypts)
    with running_peer(tmp_path, told, PERSON, signsResponse=signs_response) as address:
        await trust(world, "laranda", address)
        async with world.browser() as browser:
            pkce = Pkce()
            page = await browser.to_form(await browser.authorize(browser.parameters("laranda", SCOPE, pkce)))
            answer = await browser.finish(page)
            assert "code" in answer, answer
            claims = claims_of((await browser.redeem(answer["code"], pkce))["access_token"])
    assert claims["tenant"] == world.tenant("laranda")
    assert claims["acr"] == "urn:startklar:loa:basic"


async def test_it_is_refused_when_it_speaks_of_a_person_of_another_municipality(world: World, tmp_path: Path) -> None:
    stranger = PERSON | {"attributes": {EPPN: "admin@norrvik.example"}}
    told = what_we_say(await our_metadata(world), encrypts=False)
    with running_peer(tmp_path, told, stranger) as address:
        await trust(world, "laranda", address)
        async with world.browser() as browser:
            page = await browser.to_form(await browser.authorize(browser.parameters("laranda", SCOPE, Pkce())))
            assert (await browser.finish(page))["error"] == "access_denied"


async def test_it_refuses_a_request_that_we_did_not_sign(world: World, tmp_path: Path) -> None:
    """The other direction: were its check idle, our signature would be proved by nothing."""
    told = what_we_say(await our_metadata(world), encrypts=False)
    with running_peer(tmp_path, told, PERSON) as address:
        await trust(world, "laranda", address)
        async with world.browser() as browser:
            begun = await browser.authorize(browser.parameters("laranda", SCOPE, Pkce()))
            away = await browser.client.get(begun.headers["location"])
            signed = away.headers["location"]
            assert (await browser.client.get(signed)).status_code == 200
            assert (await browser.client.get(signed.replace("RelayState=", "RelayState=x"))).status_code == 400
