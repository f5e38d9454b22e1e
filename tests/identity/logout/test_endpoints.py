"""A person logs out: what the browser is told, where it goes, and what nobody can make it do."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from services.identity.key.ring import KeyRing
from services.identity.logout.service import LogoutService
from services.identity.session.service import LiveSession, SessionService
from shared.kit.handle import Handle
from shared.kit.ids import new_id
from tests.identity.logout.scene import Scene, set_scene
from tests.identity.upstream.op import Provider, running_provider
from tests.support.services import ServiceUnderTest

SV = {"Accept-Language": "sv"}


@pytest.fixture
async def op() -> AsyncIterator[Provider]:
    async with running_provider() as provider:
        provider.metadata = {"end_session_endpoint": f"{provider.issuer}/end"}
        yield provider


@pytest.fixture
async def scene(identity: ServiceUnderTest, op: Provider) -> Scene:
    scene = await set_scene(identity, op.issuer, configuration={"ends_session": True}, client_secret_sealed=None)
    scene.provider.client_secret_sealed = scene.sealer.seal(b"secret", f"identity_provider/{scene.provider.id}")
    async with identity.database.transaction(identity.tenant) as session:
        await session.merge(scene.provider)
    await scene.register("app", post_logout_redirect_uris=["https://app.example/"])
    return scene


async def hint(scene: Scene, live: LiveSession) -> str:
    ring: KeyRing = scene.service.app.state.runtime.resources[KeyRing]
    return (await ring.signer()).sign({"iss": scene.issuer, "sid": str(live.id)}, "JWT")


async def log_out(scene: Scene, cookie: Handle, **asked: str) -> httpx.Response:
    headers = scene.cookie(cookie) | SV
    return await scene.service.client.get("/oauth2/logout", params=asked, headers=headers)


def query_of(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 303, response.text
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


async def come_back(scene: Scene, state: str, tenant: Any = None) -> httpx.Response:
    path = f"/oidc/{tenant or scene.tenant}/logged-out"
    return await scene.service.client.get(path, params={"state": state}, headers=SV)


async def test_the_browser_goes_on_to_the_provider_and_comes_back_to_the_client(scene: Scene, op: Provider) -> None:
    cookie, live = await scene.log_in()
    back = {"post_logout_redirect_uri": "https://app.example/", "client_id": "app", "state": "the-clients"}
    away = await log_out(scene, cookie, id_token_hint=await hint(scene, live), **back)
    assert not await scene.is_open(live)
    assert 'startklar-session=""' in away.headers["set-cookie"]
    assert away.headers["location"].startswith(f"{op.issuer}/end?")
    query = query_of(away)
    assert query["client_id"] == "startklar"
    assert query["post_logout_redirect_uri"] == f"{scene.issuer}/oidc/{scene.tenant}/logged-out"
    home = await come_back(scene, query["state"])
    assert home.headers["location"] == "https://app.example/?state=the-clients"
    assert await scene.rows("SELECT provider_state FROM logout") == [("done",)]


async def test_a_return_that_nobody_waits_for_leads_nowhere(scene: Scene) -> None:
    cookie, live = await scene.log_in()
    away = await log_out(scene, cookie, id_token_hint=await hint(scene, live))
    state = query_of(away)["state"]
    for wrong in (Handle.new(scene.tenant).text, "x", ""):
        assert (await come_back(scene, wrong)).status_code in (400, 403)
    assert (await come_back(scene, state, tenant=new_id())).status_code in (400, 403)
    assert await scene.rows("SELECT provider_state FROM logout") == [("waiting",)]


async def test_a_provider_that_is_away_does_not_keep_anybody_logged_in(scene: Scene, op: Provider) -> None:
    op.is_down = True
    cookie, live = await scene.log_in()
    answer = await log_out(scene, cookie, id_token_hint=await hint(scene, live))
    assert not await scene.is_open(live)
    page = await scene.service.client.get(answer.headers["location"], headers=SV)
    assert "Här är du utloggad." in page.text
    assert "Hos Norrvik är du fortfarande inloggad." in page.text


async def test_the_page_says_who_has_confirmed_and_who_has_not(scene: Scene, op: Provider) -> None:
    op.metadata = {}
    cookie, live = await scene.log_in()
    for name in ("laranda", "larplatta"):
        await scene.register(name, backchannel_logout_uri=f"https://{name}.example/logout")
        await scene.take_part(live, name)
    await scene.register("ram", frontchannel_logout_uri="https://ram.example/ut?x=1")
    await scene.take_part(live, "ram")
    answer = await log_out(scene, cookie, id_token_hint=await hint(scene, live))
    address = answer.headers["location"]
    waiting = await scene.service.client.get(address, headers=SV)
    assert waiting.headers["refresh"] == "2"
    assert "Laranda har inte svarat än." in waiting.text
    handle = Handle.parse(query_of(answer)["logout"])
    assert handle is not None
    async with scene.service.database.transaction(scene.tenant) as session:
        service = LogoutService(session, scene.issuer)
        logout = await service.find(handle)
        assert logout is not None
        first, second = await service.deliveries(logout)
        first.state, second.state = "failed", "delivered"
    page = await scene.service.client.get(address, headers=SV)
    assert "Laranda svarade inte; du kan vara inloggad där." in page.text
    assert "Larplatta: du är utloggad." in page.text
    assert "Vi har bett Ram att logga ut dig" in page.text
    assert f"sid={live.id}" in page.text
    assert "frame-src https://ram.example;" in page.headers["content-security-policy"]
    assert "refresh" not in page.headers


async def test_names_of_applications_cannot_become_markup(scene: Scene, op: Provider) -> None:
    op.metadata = {}
    cookie, live = await scene.log_in()
    await scene.register("<script>x</script>", backchannel_logout_uri="https://x.example/")
    await scene.take_part(live, "<script>x</script>")
    answer = await log_out(scene, cookie, id_token_hint=await hint(scene, live))
    page = await scene.service.client.get(answer.headers["location"], headers=SV)
    assert "<script" not in page.text.lower()


async def test_without_a_proof_the_person_is_asked_and_a_foreign_proof_is_none(scene: Scene) -> None:
    cookie, live = await scene.log_in()
    _, other = await scene.log_in("robin", "s2")
    for asked in ({}, {"id_token_hint": "x"}, {"id_token_hint": await hint(scene, other)}):
        page = await log_out(scene, cookie, **asked)
        assert (page.status_code, "Vill du logga ut?" in page.text) == (200, True)
    assert await scene.is_open(live)


async def test_the_id_token_of_before_a_step_up_still_proves_it(scene: Scene) -> None:
    _, old = await scene.log_in()
    cookie, new = await scene.log_in()
    await scene.take_part(old, "app")
    async with scene.service.database.transaction(scene.tenant) as session:
        await SessionService(session).succeed(old.id, new)
    assert (await log_out(scene, cookie, id_token_hint=await hint(scene, old))).status_code == 303
    assert not await scene.is_open(new)


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "https://app.example", "https://app.example/x", "//evil.example", "javascript:alert(1)"],
)
async def test_a_logout_leads_to_no_address_that_is_not_registered(scene: Scene, address: str) -> None:
    cookie, live = await scene.log_in()
    asked = {"post_logout_redirect_uri": address, "client_id": "app"}
    answer = await log_out(scene, cookie, id_token_hint=await hint(scene, live), **asked)
    assert answer.status_code == 400
    assert await scene.is_open(live)


async def test_an_invented_logout_has_no_page(scene: Scene) -> None:
    for wrong in (Handle.new(scene.tenant).text, "x"):
        answer = await scene.service.client.get("/oauth2/logout", params={"logout": wrong}, headers=SV)
        assert answer.status_code in (400, 403)
