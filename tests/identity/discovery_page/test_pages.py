"""Choosing how to log in: the chooser of a tenant, the federations' discovery service, the list for front-ends."""

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
import pytest

from services.identity.authorization.models import LoginRequest
from services.identity.authorization.request import AuthorizationRequest
from services.identity.provider.models import IdentityProvider
from services.identity.tenant.models import Tenant
from shared.kit import clock
from shared.kit.handle import Handle, digest_of
from shared.kit.ids import new_id
from tests.identity.federation.feed import deliver, federation_of
from tests.identity.federation.metadata import NOW, Aggregate, Member
from tests.support.services import ServiceUnderTest

ASKING = Member("sp.example", is_sp=True)
MEMBERS = (
    Member("norrvik.example", name="Norrviks kommun", scopes=("norrvik.example",)),
    Member("aaby.example", name="Åby skola <b>", scopes=("aaby.example",)),
    Member("hidden.example", name="Hemliga kommunen", is_hidden=True),
    ASKING,
)
BROWSER = "b" * 43
PAGE = {"Accept": "text/html", "Accept-Language": "en"}


@dataclass
class Place:
    """A tenant, a federation in force, and what the tests do with them."""

    service: ServiceUnderTest
    federation: UUID

    async def provider(self, tenant: UUID, issuer: str, **more: Any) -> IdentityProvider:
        values: dict[str, Any] = {"protocol": "saml", "name": "Login", "login_claim": "eppn", "acr_map": {}} | more
        made = IdentityProvider(tenant_id=tenant, id=new_id(), issuer=issuer, **values)
        async with self.service.database.transaction(tenant) as session:
            session.add(made)
        return made

    async def tenant(self, slug: str, name: str) -> UUID:
        async with self.service.database.transaction(None) as session:
            tenant = Tenant(kind="authority", name=name, slug=slug)
            session.add(tenant)
            return tenant.id

    async def login(self, tenant: UUID, **changes: Any) -> Handle:
        """A login under way in the test's browser."""
        handle = Handle.new(tenant)
        request = AuthorizationRequest(
            client_id="app",
            redirect_uri="https://app.example/",
            scope="openid",
            state="s",
            nonce=None,
            code_challenge="c",
            tenant=tenant,
            home=None,
            acr_values=(),
            max_age=None,
            prompt=None,
        ).model_dump(mode="json")
        values: dict[str, Any] = {"request": request, "expected_account_id": None} | changes
        async with self.service.database.transaction(tenant) as session:
            session.add(
                LoginRequest(
                    tenant_id=tenant,
                    handle_hash=handle.digest,
                    browser_hash=digest_of(BROWSER),
                    created_at=NOW,
                    expires_at=NOW.replace(minute=10),
                    **values,
                )
            )
        return handle

    async def get(self, path: str, **asked: str) -> httpx.Response:
        # Both names: which one is read depends on whether the issuer is https.
        cookies = f"startklar-login={BROWSER}; __Host-startklar-login={BROWSER}"
        with clock.frozen(NOW):
            return await self.service.client.get(path, params=asked, headers=PAGE | {"Cookie": cookies})

    @property
    def issuer(self) -> str:
        return str(self.service.settings.issuer)


@pytest.fixture
async def place(identity: ServiceUnderTest, tmp_path: Path) -> Place:
    federation = await federation_of(identity)
    await deliver(identity, federation, Aggregate(MEMBERS), tmp_path)
    return Place(identity, federation)


def links(response: httpx.Response) -> dict[str, str]:
    """Where each link of a page leads, by its words."""
    found = re.findall(r'<a href="([^"]+)">([^<]*)</a>', response.text)
    return {unescape(words): unescape(href) for href, words in found}


def asked_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


async def test_the_chooser_lists_the_active_methods_of_the_tenant_and_whom_they_are_for(place: Place) -> None:
    tenant = await place.tenant("norrvik", "Norrviks kommun")
    staff = await place.provider(tenant, "https://a.example", name="Personalens <login>", populations=["staff"])
    other = await place.provider(tenant, "https://b.example", name="BankID", protocol="oidc")
    await place.provider(tenant, "https://c.example", name="Gammal", state="disabled")
    handle = await place.login(tenant)
    page = await place.get("/oauth2/login", request=handle.text)
    assert page.status_code == 200
    assert "Log in at Norrviks kommun" in page.text
    assert "(for staff)" in page.text
    found = {words: urlsplit(href) for words, href in links(page).items() if not href.startswith("/saml/disco")}
    assert {words: part.path for words, part in found.items()} == {
        "Personalens <login>": f"/saml/{tenant}/login",
        "BankID": f"/oidc/{tenant}/login",
    }
    assert asked_of(links(page)["BankID"]) == {"request": handle.text, "provider": str(other.id)}
    assert str(staff.id) in page.text
    assert "<script" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "/saml/disco" not in page.text


async def test_without_a_login_under_way_there_is_nothing_to_choose(place: Place) -> None:
    assert (await place.get("/oauth2/login")).status_code == 400
    assert (await place.get("/oauth2/login", request="nonsense")).status_code == 400
    assert (await place.get("/oauth2/login", request=Handle.new(new_id()).text)).status_code == 403


async def test_a_federated_method_leads_through_the_discovery_page_to_the_login(place: Place) -> None:
    tenant = await place.tenant("norrvik", "Norrviks kommun")
    provider = await place.provider(tenant, MEMBERS[0].entity_id, name="Skola", federation_id=place.federation)
    await place.provider(tenant, "https://b.example", name="BankID", protocol="oidc")
    handle = await place.login(tenant)
    chooser = await place.get("/oauth2/login", request=handle.text)
    to_list = links(chooser)["Find your organisation in the federation's list"]
    discovery = await place.get("/saml/disco", **asked_of(to_list))
    assert list(links(discovery)) == ["Norrviks kommun", "Åby skola <b>"]
    back = links(discovery)["Norrviks kommun"]
    assert back.startswith(f"{place.issuer}/saml/{tenant}/discovery?")
    onward = await place.get(urlsplit(back).path, **asked_of(back))
    assert onward.status_code == 303
    assert urlsplit(onward.headers["location"]).path == f"/saml/{tenant}/login"
    assert asked_of(onward.headers["location"]) == {"request": handle.text, "provider": str(provider.id)}


async def test_another_organisations_login_goes_on_there_and_the_former_is_used_up(place: Place) -> None:
    here, there = await place.tenant("norrvik", "Norrvik"), await place.tenant("aaby", "Åby")
    await place.provider(here, MEMBERS[0].entity_id, federation_id=place.federation)
    theirs = await place.provider(there, MEMBERS[1].entity_id, federation_id=place.federation)
    handle = await place.login(here)
    path, asked = f"/saml/{here}/discovery", {"request": handle.text, "entityID": MEMBERS[1].entity_id}
    onward = await place.get(path, **asked)
    location = onward.headers["location"]
    assert urlsplit(location).path == f"/saml/{there}/login"
    assert asked_of(location)["provider"] == str(theirs.id)
    moved = Handle.parse(asked_of(location)["request"])
    assert moved is not None
    assert moved.tenant == there
    assert (await place.get(path, **asked)).status_code == 400


async def test_a_login_that_is_somebodys_already_goes_to_no_other_organisation(place: Place) -> None:
    here, there = await place.tenant("norrvik", "Norrvik"), await place.tenant("aaby", "Åby")
    await place.provider(there, MEMBERS[1].entity_id)
    step_up = await place.login(here, expected_account_id=new_id())
    for handle, status in ((step_up, 403), (Handle.new(here), 400), (Handle.new(there), 400)):
        asked = {"request": handle.text, "entityID": MEMBERS[1].entity_id}
        assert (await place.get(f"/saml/{here}/discovery", **asked)).status_code == status
    login = await place.login(here)
    stranger = await place.get(f"/saml/{here}/discovery", request=login.text, entityID="https://evil.example")
    assert stranger.status_code == 403
    undecided = await place.get(f"/saml/{here}/discovery", request=login.text)
    assert urlsplit(undecided.headers["location"]).path == "/oauth2/login"


async def test_who_shares_an_identity_provider_is_asked_for_the_organisation(place: Place) -> None:
    here = await place.tenant("norrvik", "Norrvik")
    shared = [await place.tenant(slug, slug.title()) for slug in ("vaster", "oster")]
    for tenant in shared:
        await place.provider(tenant, MEMBERS[1].entity_id)
    handle = await place.login(here)
    page = await place.get(f"/saml/{here}/discovery", request=handle.text, entityID=MEMBERS[1].entity_id)
    assert list(links(page)) == ["Oster", "Vaster"]
    chosen = links(page)["Vaster"]
    onward = await place.get(urlsplit(chosen).path, **asked_of(chosen))
    assert urlsplit(onward.headers["location"]).path == f"/saml/{shared[0]}/login"


async def test_the_discovery_service_answers_members_at_the_address_of_their_metadata(place: Place) -> None:
    page = await place.get("/saml/disco", entityID=ASKING.entity_id)
    assert links(page)["Norrviks kommun"] == "https://sp.example/disco?entityID=https%3A%2F%2Fnorrvik.example%2Fidp"
    assert "Hemliga" not in page.text
    asked = {"entityID": ASKING.entity_id, "return": "https://sp.example/disco?target=1", "returnIDParam": "idp"}
    page = await place.get("/saml/disco", **asked)
    assert asked_of(links(page)["Norrviks kommun"]) == {"target": "1", "idp": MEMBERS[0].entity_id}
    passive = await place.get("/saml/disco", **asked, isPassive="true")
    assert (passive.status_code, passive.headers["location"]) == (303, "https://sp.example/disco?target=1")


REFUSED = {
    "a stranger": {"entityID": "https://stranger.example/sp", "return": "https://stranger.example/disco"},
    "nobody": {"return": "https://sp.example/disco"},
    "a tenant that is not": {"entityID": "http://identity.test/saml/0197a0e4-0000-7000-8000-000000000001/metadata"},
    "another host": {"return": "https://evil.example/disco"},
    "another path": {"return": "https://sp.example/disco/../evil"},
    "a longer host": {"return": "https://sp.example.evil.example/disco"},
    "a user name": {"return": "https://sp.example@evil.example/disco"},
    "another scheme": {"return": "javascript:alert(1)//https://sp.example/disco"},
    "a fragment": {"return": "https://sp.example/disco#"},
    "a backslash": {"return": "https://sp.example/disco?\\"},
    "the answer's own parameter": {"return": "https://sp.example/disco?entityID=https://evil.example"},
    "another policy": {"policy": "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol:multiple"},
}


async def test_the_discovery_service_leads_nobody_anywhere_else(place: Place) -> None:
    for kind, asked in REFUSED.items():
        whole = {"entityID": ASKING.entity_id} | asked if kind != "nobody" else asked
        for passive in ("false", "true"):
            answer = await place.get("/saml/disco", **whole, isPassive=passive)
            assert (answer.status_code, "location" in answer.headers, links(answer)) == (400, False, {}), kind


async def test_the_search_is_done_by_the_server_and_says_what_it_found(place: Place) -> None:
    for words, found, status in (
        ("norr", ["Norrviks kommun"], "Number of hits: 1"),
        ("ÅBY", ["Åby skola <b>"], "Number of hits: 1"),
        ("hemliga", [], "Nothing was found"),
        ('"><script>', [], "Nothing was found"),
    ):
        page = await place.get("/saml/disco", entityID=ASKING.entity_id, q=words)
        assert list(links(page)) == found
        assert status in page.text
        assert "<script" not in page.text
    for part in ('<label for="q">', 'id="q"', '<form role="search" method="get"', 'role="status"', "<h1>"):
        assert part in page.text
    assert f'<input type="hidden" name="entityID" value="{ASKING.entity_id}">' in page.text


async def test_a_federation_that_has_expired_is_discovered_by_nobody(place: Place) -> None:
    with clock.frozen(NOW.replace(month=12)):
        answer = await place.service.client.get("/saml/disco", params={"entityID": ASKING.entity_id})
    assert answer.status_code == 400


async def test_a_front_end_gets_the_same_list_without_a_token(place: Place) -> None:
    tenant = await place.tenant("norrvik", "Norrviks kommun")
    provider = await place.provider(tenant, MEMBERS[0].entity_id, name="Skola", populations=["staff", "pupil"])
    await place.provider(tenant, "https://draft.example", state="draft")
    answer = await place.service.client.get("/identity/v1/login-options", params={"tenant": "norrvik"})
    assert answer.json() == {
        "tenantId": str(tenant),
        "name": "Norrviks kommun",
        "options": [
            {
                "providerId": str(provider.id),
                "name": "Skola",
                "method": "sso",
                "protocol": "saml",
                "populations": ["staff", "pupil"],
                "entityId": MEMBERS[0].entity_id,
            }
        ],
    }
    unknown = await place.service.client.get("/identity/v1/login-options", params={"tenant": "nowhere"})
    assert unknown.status_code == 404
