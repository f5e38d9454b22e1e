"""Whose login it is, over real HTTP: a stranger's domain, and no identity provider at all."""

from datetime import timedelta
from uuid import UUID

import httpx
import pyotp

from services.identity.roster.service import RosterService, Tally
from shared.contracts.sync import EnrolmentChange
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.roster.feed import person
from tests.identity.world import Pkce, World, bearer, claims_of

ADMIN = "openid accounts:read accounts:write"


async def test_a_login_name_of_anothers_domain_is_refused_though_an_account_has_it(world: World) -> None:
    """The identity provider asserts another municipality's person; somebody had opened such an account here."""
    admin = bearer((await world.log_in("admin", scope=ADMIN))["access_token"])
    body = {"loginName": "kapad@soderby.example", "displayName": "Kapad"}
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        assert (await client.post("/identity/v1/accounts", json=body, headers=admin)).status_code == 201
    world.tell_idp(
        users=[{"username": "kapad", "password": "hemligt", "eppn": "kapad@soderby.example", "name": "K", "acr": "x"}]
    )
    async with world.browser() as browser:
        form = await browser.to_form(await browser.authorize(browser.parameters("norrvik", "openid", Pkce())))
        answer = await browser.finish(await browser.fill_in(form, "kapad", "hemligt"))
    assert (answer["error"], answer["state"]) == ("access_denied", "the-clients-state")
    assert "domain" in answer["error_description"]


async def test_a_hint_of_who_it_must_be_is_no_proof_that_the_browser_holds_that_session(world: World) -> None:
    """The holder has asked for another way in; somebody with one of the holder's id tokens is quicker, elsewhere."""
    tokens = await world.log_in("stegvis", scope="openid", acr_values="urn:startklar:loa:strong")
    world.tell_idp(
        users=[{"username": "lur", "password": "hemligt", "eppn": "lur@norrvik.example", "name": "L", "acr": "x"}]
    )
    async with world.browser() as browser:
        options = await browser.client.get("/identity/v1/login-options", params={"tenant": "norrvik"})
        body = {"providerId": options.json()["options"][0]["providerId"]}
        holder = bearer(tokens["access_token"])
        asked = await browser.client.post("/identity/v1/alternative-requests", json=body, headers=holder)
        assert asked.status_code == 201
        hint = {"id_token_hint": tokens["id_token"]}
        form = await browser.to_form(await browser.authorize(browser.parameters("norrvik", "openid", Pkce(), **hint)))
        answer = await browser.finish(await browser.fill_in(form, "lur", "hemligt"))
    assert (answer["error"], answer["error_description"]) == ("access_denied", "The person has no open account here")


async def test_a_pupil_whose_wave_has_not_come_meets_a_page_that_says_so(world: World) -> None:
    someone, line = person("Elev Ett", "elev1@norrvik.example"), {"version": 0, "op": "put", "protected": False}
    place = EnrolmentChange.model_validate({**line, "id": new_id(), "person_id": someone.id, "unit_id": new_id()})
    async with world.database.transaction(UUID(world.tenant("norrvik"))) as session:
        await RosterService(session).take_in([someone, place], 0, Tally())
    world.tell_idp(
        users=[{"username": "elev1", "password": "hemligt", "eppn": "elev1@norrvik.example", "name": "E", "acr": "x"}]
    )
    async with world.browser() as browser:
        form = await browser.to_form(await browser.authorize(browser.parameters("norrvik", "openid", Pkce())))
        back = await browser.fill_in(form, "elev1", "hemligt")
        page = await browser.client.get(back.headers["location"], headers={"Accept-Language": "sv"})
    assert page.status_code == 403
    assert "Gruppen som personen hör till är inte öppnad än" in page.text
    assert "set-cookie" not in page.headers


async def test_break_glass_opens_a_session_without_any_identity_provider_and_says_how(world: World) -> None:
    admin = bearer((await world.log_in("admin", scope=ADMIN))["access_token"])
    path = "/identity/v1/break-glass-accounts"
    async with world.browser() as browser:
        made = (await browser.client.post(path, json={"displayName": "Nödkonto"}, headers=admin)).json()
        code = pyotp.TOTP(pyotp.parse_uri(made["totpUri"]).secret)
        earlier = code.at(clock.now() - timedelta(seconds=30))
        confirmed = await browser.client.post(
            f"{path}/{made['id']}/confirmations",
            json={"code": earlier},
            headers=admin,
        )
        assert confirmed.status_code == 201, confirmed.text
        page = await browser.client.get("/oauth2/break-glass")
        assert "script-src" not in page.headers["content-security-policy"]
        form = {"recovery": made["recoverySecret"], "code": code.at(clock.now())}
        assert (await browser.client.post("/oauth2/break-glass", data=form)).status_code == 200
        pkce = Pkce()
        answer = await browser.finish(await browser.authorize(browser.parameters("norrvik", ADMIN, pkce)))
        tokens = await browser.redeem(answer["code"], pkce)
        access = claims_of(tokens["access_token"])
        assert (access["acr"], access["roles"]) == ("urn:startklar:loa:strong", ["tenant_admin@*"])
        assert claims_of(tokens["id_token"])["amr"] == ["otp"]
        disabled = await browser.client.post(f"{path}/{made['id']}/disablings", headers=admin)
        assert disabled.status_code == 204, disabled.text
        asked = browser.parameters("norrvik", ADMIN, Pkce(), prompt="none")
        gone = await browser.finish(await browser.authorize(asked))
        assert gone["error"] == "login_required"
