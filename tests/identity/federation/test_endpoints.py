"""Federations over HTTP: operators keep them, tenants read them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.identity.federation.schemas import FederationCreate
from shared.auth import Acr
from shared.kit import clock
from tests.identity.federation.feed import deliver, federation_of
from tests.identity.federation.metadata import NOW, Aggregate, Member, aggregate, members, signer
from tests.support.services import ServiceUnderTest

BASE = "/identity/v1/federations"
BODY: dict[str, Any] = {
    "name": "Skolfederation",
    "url": "https://md.federation.example/all.xml",
    "signers": [":".join(signer().fingerprint[at : at + 2].upper() for at in range(0, 64, 2))],
    "loaMap": "skolfederation",
}


def operator(service: ServiceUnderTest) -> dict[str, str]:
    return service.as_("platform_admin@*", acr=Acr.strong)


async def create(service: ServiceUnderTest, **changes: Any) -> httpx.Response:
    return await service.client.post(BASE, json=BODY | changes, headers=operator(service))


async def test_an_operator_registers_a_federation_and_pins_its_signer(identity: ServiceUnderTest) -> None:
    made = await create(identity)
    assert made.status_code == 201, made.text
    shown = made.json()
    assert shown["signers"] == [signer().fingerprint]
    assert (shown["isFresh"], shown["validUntil"], shown["identityProviders"]) == (False, None, 0)
    assert (await create(identity)).json()["type"].endswith("federation-url-taken")
    path = f"{BASE}/{shown['id']}"
    headers = operator(identity) | {"If-Match": made.headers["etag"]}
    both = [signer().fingerprint, signer("successor").fingerprint]
    changed = await identity.client.patch(path, json={"signers": both}, headers=headers)
    assert changed.json()["signers"] == both
    started = await identity.client.post(f"{path}/refreshes", headers=operator(identity))
    assert started.status_code == 202
    assert started.headers["location"].endswith(started.json()["jobId"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"signers": []},
        {"signers": ["ab"]},
        {"signers": [signer(name).fingerprint for name in ("operator", "successor", "stranger")]},
        {"url": "file:///etc/passwd"},
        {"maxBytes": 1_000_000_000},
        {"intervalSeconds": 86_400},
    ],
)
async def test_a_federation_without_a_sound_pin_address_or_limit_is_refused(
    identity: ServiceUnderTest, wrong: dict[str, Any]
) -> None:
    assert (await create(identity, **wrong)).status_code == 422


async def test_a_tenants_administrator_reads_and_changes_nothing(identity: ServiceUnderTest) -> None:
    federation = await federation_of(identity)
    admin = identity.as_("tenant_admin@*", acr=Acr.strong)
    shown = await identity.client.get(f"{BASE}/{federation}", headers=admin)
    assert shown.status_code == 200
    actions = shown.json()["allowedActions"]
    assert [action["action"] for action in actions] == ["change", "refresh", "approve", "refuse"]
    assert {(action["allowed"], bool(action["reason"])) for action in actions} == {(False, True)}
    assert (await identity.client.post(BASE, json=BODY, headers=admin)).status_code == 403
    for weak in (identity.as_("platform_admin@*", acr=Acr.basic), identity.as_("trainer@*", acr=Acr.strong)):
        assert (await identity.client.post(BASE, json=BODY, headers=weak)).status_code in (401, 403)


async def test_freshness_is_told_of_the_feed_and_of_each_identity_provider(
    identity: ServiceUnderTest, tmp_path: Path
) -> None:
    federation = await federation_of(identity)
    soon = Member("soon.example", name="Soon", valid_until=NOW + timedelta(minutes=10))
    await deliver(identity, federation, Aggregate((soon, *members("a.example"))), tmp_path)
    found = {}
    for minutes in (5, 30, 90):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            headers = identity.as_("tenant_admin@*")
            feed = (await identity.client.get(f"{BASE}/{federation}", headers=headers)).json()
            page = (await identity.client.get(f"{BASE}/{federation}/entities", headers=headers)).json()
            fresh = {item["entityId"].split("/")[2]: item["isFresh"] for item in page["items"]}
            found[minutes] = (feed["isFresh"], feed["ageSeconds"] // 60, fresh["a.example"], fresh["soon.example"])
    assert found == {5: (True, 5, True, True), 30: (True, 30, True, False), 90: (False, 90, False, False)}


async def test_entities_are_found_by_words_and_come_in_pages(identity: ServiceUnderTest, tmp_path: Path) -> None:
    federation = await federation_of(identity)
    named = Member("x.example", name="Åmåls kommun", scopes=("amal.example",))
    await deliver(identity, federation, Aggregate((named, *members("a.example", "b.example"))), tmp_path)

    async def find(**asked: Any) -> dict[str, Any]:
        headers = identity.as_("tenant_admin@*")
        answer = await identity.client.get(f"{BASE}/{federation}/entities", params=asked, headers=headers)
        page: dict[str, Any] = answer.json()
        return page

    with clock.frozen(NOW):
        for words in ("åmål", "KOMMUN", "amal.ex", "https://x.example"):
            (item,) = (await find(q=words))["items"]
            assert (item["names"], item["scopes"]) == ({"sv": "Åmåls kommun"}, ["amal.example"])
        assert (await find(q="100%"))["items"] == []
        first = await find(limit=2)
    assert [item["entityId"] for item in first["items"]] == ["https://a.example/idp", "https://b.example/idp"]
    following = await identity.client.get(
        first["_links"]["next"]["href"].removeprefix("http://gateway.test"), headers=identity.as_("tenant_admin@*")
    )
    assert [item["entityId"] for item in following.json()["items"]] == [named.entity_id]


async def test_an_operator_sees_why_a_generation_waits_or_was_refused_and_decides(
    identity: ServiceUnderTest, tmp_path: Path
) -> None:
    federation = await federation_of(identity)
    ten = aggregate(*(f"{letter}.example" for letter in "abcdefghij"))
    await deliver(identity, federation, ten, tmp_path)
    await deliver(identity, federation, ten.later(members=ten.members[:3]), tmp_path)
    await deliver(identity, federation, ten.later().signed("stranger"), tmp_path)
    headers = operator(identity) | {"Accept-Language": "en"}
    page = (await identity.client.get(f"{BASE}/{federation}/generations", headers=headers)).json()["items"]
    assert [(one["status"], one["reason"]) for one in page] == [
        ("refused", "unknown_signer"),
        ("pending_approval", "shrink"),
        ("current", None),
    ]
    assert page[0]["reasonWords"] == "Signed with a certificate that is not approved here"
    body = {"generationId": page[1]["id"]}
    admin = identity.as_("tenant_admin@*", acr=Acr.strong)
    assert (await identity.client.post(f"{BASE}/{federation}/approvals", json=body, headers=admin)).status_code == 403
    with clock.frozen(NOW):
        headers = operator(identity)
        approved = await identity.client.post(f"{BASE}/{federation}/approvals", json=body, headers=headers)
        assert (approved.status_code, approved.json()["identityProviders"]) == (200, 3)
        again = await identity.client.post(f"{BASE}/{federation}/refusals", json=body, headers=headers)
    assert (again.status_code, again.json()["type"].rsplit("/")[-1]) == (409, "federation-nothing-to-decide")


async def test_only_a_query_service_is_asked_for_one_entity(identity: ServiceUnderTest) -> None:
    whole, one = await federation_of(identity), await federation_of(identity, "https://mdq.example", "mdq")
    admin = identity.as_("tenant_admin@*", acr=Acr.strong)
    body = {"entityId": "https://idp.example/saml"}
    statuses = [
        (await identity.client.post(f"{BASE}/{federation}/entity-queries", json=body, headers=admin)).status_code
        for federation in (whole, one)
    ]
    assert statuses == [409, 202]


def test_a_fingerprint_is_kept_without_its_colons() -> None:
    assert FederationCreate.model_validate(BODY).signers == [signer().fingerprint]
