"""Single logout with a SAML provider in both directions; unsigned, forged and replayed messages end nothing."""

from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from lxml import etree

from services.identity.saml.certificates import der_base64, read_certificate
from services.identity.saml.logout import (
    ExpectedLogout,
    LogoutAnswer,
    LogoutCall,
    build_logout_request,
    build_logout_response,
    read_logout_request,
    read_logout_response,
)
from services.identity.saml.name_id import NameId
from services.identity.saml.posting import post_fields
from services.identity.saml.redirect import read_redirect, redirect_url, verify_redirect
from services.identity.saml.requests import new_message_id
from services.identity.saml.signing import SigningCredential
from services.identity.saml_login.names import ServiceProviderNames
from services.identity.saml_login.subject import write_subject
from services.identity.tenantkey.material import Material, Purpose, make
from services.identity.tenantkey.ring import TenantKeyRing
from services.identity.tenantkey.service import TenantKeyService
from shared.kit import clock
from shared.kit.handle import Handle
from shared.kit.ids import new_id
from tests.identity.logout.scene import Scene, set_scene
from tests.identity.logout.test_endpoints import hint, log_out
from tests.support.saml_signer import credential
from tests.support.services import ServiceUnderTest

IDP = "https://idp.soderby.example/metadata"
SLO = "https://idp.soderby.example/slo"
NAME = NameId("_t1", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient", IDP, None)
SV = {"Accept-Language": "sv"}


@pytest.fixture
async def scene(identity: ServiceUnderTest) -> Scene:
    configuration = {
        "sso_url": "https://idp.soderby.example/sso",
        "slo_url": SLO,
        "certificates": [der_base64(credential().certificate)],
    }
    scene = await set_scene(identity, IDP, protocol="saml", client_id=None, configuration=configuration)
    async with identity.database.transaction(identity.tenant) as session:
        for purpose in (Purpose.saml_signing, Purpose.saml_encryption):
            await TenantKeyService(session, scene.sealer).take_first(material(purpose))
    return scene


@cache
def material(purpose: Purpose) -> Material:
    """One key for all tests of this process: making it costs more than they do."""
    return make(purpose, "startklar.example")


def names(scene: Scene) -> ServiceProviderNames:
    return ServiceProviderNames(scene.issuer, scene.tenant)


def call(scene: Scene, **changes: Any) -> LogoutCall:
    good = LogoutCall(new_message_id(), clock.now(), IDP, names(scene).slo_url, NAME, ("s1",))
    return replace(good, **changes)


def by_redirect(scene: Scene, message: bytes, field: Any = "SAMLRequest", **how: Any) -> str:
    given: dict[str, Any] = {"relay_state": "theirs", "credential": credential()} | how
    return redirect_url(f"/saml/{scene.tenant}/slo", field, message, given["relay_state"], given["credential"])


async def get(scene: Scene, url: str) -> httpx.Response:
    return await scene.service.client.get(url, headers=SV | {"Accept": "text/html"})


async def ours(scene: Scene, location: str) -> etree._Element:
    """What we sent, verified by the key in our metadata."""
    ring: TenantKeyRing = scene.service.app.state.runtime.resources[TenantKeyRing]
    keys = await ring.saml(scene.tenant)
    message = read_redirect(urlsplit(location).query)
    return verify_redirect(message, [read_certificate(text) for text in keys.signing_certificates])


async def test_a_provider_s_request_ends_the_named_session_and_is_answered(scene: Scene) -> None:
    _, named = await scene.log_in(subject=write_subject(NAME))
    _, other = await scene.log_in("robin", "s1", subject=write_subject(replace(NAME, value="_t2")))
    asked = call(scene)
    answer = await get(scene, by_redirect(scene, build_logout_request(asked)))
    assert [await scene.is_open(one) for one in (named, other)] == [False, True]
    assert answer.headers["location"].startswith(f"{SLO}?SAMLResponse=")
    assert "RelayState=theirs" in answer.headers["location"]
    assert "Max-Age=0" in answer.headers["set-cookie"]
    root = await ours(scene, answer.headers["location"])
    assert (
        read_logout_response(root, ExpectedLogout(SLO, names(scene).entity_id), asked.request_id, clock.now()) is None
    )


async def test_without_an_index_every_session_of_the_person_ends_also_over_post(scene: Scene) -> None:
    lives = [(await scene.log_in(sid=sid, subject=write_subject(NAME)))[1] for sid in ("s1", "s2")]
    fields = post_fields("SAMLRequest", build_logout_request(call(scene, session_indexes=())), "x", credential())
    answer = await scene.service.client.post(f"/saml/{scene.tenant}/slo", data=fields)
    assert answer.status_code == 303
    assert [await scene.is_open(one) for one in lives] == [False, False]


async def test_an_application_that_logs_out_in_a_frame_makes_the_logout_partial(scene: Scene) -> None:
    _, live = await scene.log_in(subject=write_subject(NAME))
    await scene.register("ram", frontchannel_logout_uri="https://ram.example/ut")
    await scene.take_part(live, "ram")
    asked = call(scene)
    answer = await get(scene, by_redirect(scene, build_logout_request(asked)))
    root = await ours(scene, answer.headers["location"])
    expected = ExpectedLogout(SLO, names(scene).entity_id)
    assert read_logout_response(root, expected, asked.request_id, clock.now()) == "status_partial_logout"


async def test_unsigned_forged_misdirected_and_replayed_requests_end_nothing(scene: Scene) -> None:
    _, live = await scene.log_in(subject=write_subject(NAME))
    stranger: SigningCredential = credential("stranger")
    good = build_logout_request(call(scene))
    bad = [
        by_redirect(scene, good, credential=None),
        by_redirect(scene, good, credential=stranger),
        by_redirect(scene, good).replace("RelayState=theirs", "RelayState=ours"),
        by_redirect(scene, build_logout_request(call(scene, sp_entity_id="https://evil.example"))),
        by_redirect(scene, build_logout_request(call(scene, destination="https://evil.example/slo"))),
        by_redirect(scene, good).replace(str(scene.tenant), str(new_id())),
        by_redirect(scene, b"<x/>"),
        f"/saml/{scene.tenant}/slo",
    ]
    for url in bad:
        assert (await get(scene, url)).status_code == 400, url
    fields = post_fields("SAMLRequest", good, None, None)
    assert (await scene.service.client.post(f"/saml/{scene.tenant}/slo", data=fields)).status_code == 400
    assert await scene.is_open(live)
    url = by_redirect(scene, build_logout_request(call(scene)))
    assert (await get(scene, url)).status_code == 303
    _, later = await scene.log_in(subject=write_subject(NAME))
    assert (await get(scene, url)).status_code == 400
    assert await scene.is_open(later)


async def test_our_own_logout_takes_the_browser_to_the_provider_and_believes_its_signed_answer(scene: Scene) -> None:
    cookie, live = await scene.log_in(subject=write_subject(NAME))
    away = await log_out(scene, cookie, id_token_hint=await hint(scene, live))
    location = away.headers["location"]
    root = await ours(scene, location)
    request = read_logout_request(root, ExpectedLogout(SLO, names(scene).entity_id), [], clock.now())
    assert (request.name_id, request.session_indexes) == (NAME, ("s1",))
    state = dict(parse_qsl(urlsplit(location).query))["RelayState"]
    answer = LogoutAnswer(new_message_id(), request.request_id, clock.now(), IDP, names(scene).slo_url)
    for wrong in (
        by_redirect(scene, build_logout_response(answer), "SAMLResponse", relay_state=state, credential=None),
        by_redirect(
            scene, build_logout_response(replace(answer, in_response_to="_x")), "SAMLResponse", relay_state=state
        ),
        by_redirect(scene, build_logout_response(answer), "SAMLResponse", relay_state=Handle.new(scene.tenant).text),
    ):
        assert (await get(scene, wrong)).status_code in (400, 403)
    assert await scene.rows("SELECT provider_state FROM logout") == [("waiting",)]
    partial = build_logout_response(replace(answer, is_complete=False))
    page = await get(scene, by_redirect(scene, partial, "SAMLResponse", relay_state=state))
    told = await get(scene, page.headers["location"])
    assert "Här är du utloggad." in told.text
    assert "Norrvik kunde inte logga ut dig överallt." in told.text
