"""The rules of assurance: defaults, what a tenant may change, on which decision, and who hears of it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from services.identity.decision.service import DecisionService
from services.identity.policy.tasks import on_basis_superseded
from shared.auth import Acr, DataClass
from shared.auth.assurance import rules_of
from shared.contracts.projects_steering import DecisionSuperseded as Superseded
from shared.kit.ids import new_id
from tests.identity.decision.test_tasks import hear
from tests.support.services import ServiceUnderTest, Start

PATH = "/identity/v1/assurance-policies"


async def rules(identity: ServiceUnderTest, **claims: Any) -> dict[tuple[str, str], dict[str, Any]]:
    headers = identity.as_("tenant_admin@*", **claims)
    response = await identity.client.get(PATH, params={"limit": 100}, headers=headers)
    assert response.status_code == 200, response.text
    return {(row["holder"], row["dataClass"]): row for row in response.json()["items"]}


async def change(
    identity: ServiceUnderTest, holder: str, data_class: str, body: dict[str, Any], **claims: Any
) -> httpx.Response:
    rule = (await rules(identity))[holder, data_class]
    headers = identity.as_("tenant_admin@*", **claims) | {"If-Match": f'"{rule["version"]}"'}
    return await identity.client.patch(f"{PATH}/{rule['id']}", json=body, headers=headers)


async def taken(identity: ServiceUnderTest, tenant: UUID | None = None) -> str:
    decision_id = new_id()
    async with identity.database.transaction(tenant or identity.tenant) as session:
        await DecisionService(session).keep(decision_id, new_id(), "assurance", datetime(2026, 9, 1, tzinfo=UTC))
    return str(decision_id)


async def told(identity: ServiceUnderTest) -> list[dict[str, Any]]:
    async with identity.relay.transaction(None) as session:
        rows = await session.execute(
            text("SELECT data FROM outbox WHERE type = 'identity.assurance_policy.changed.v1' ORDER BY id")
        )
        return [row.data for row in rows]


async def test_without_a_word_of_the_tenant_the_strict_defaults_hold(identity: ServiceUnderTest) -> None:
    found = await rules(identity)
    assert {row["origin"] for row in found.values()} == {"default"}
    assert found["project_leader", "ordinary"]["minAcr"] == Acr.basic
    assert found["project_leader", "confidential"]["minAcr"] == Acr.strong
    assert found["guardian", "confidential"]["minAcr"] == Acr.strong
    assert found["pupil", "confidential"]["minAcr"] == Acr.basic
    sensitive = found["tenant_admin", "sensitive"]
    assert (sensitive["isOpen"], sensitive["minAcr"], sensitive["maxAgeSeconds"]) == (True, Acr.strong, 900)
    assert found["pupil", "sensitive"]["isOpen"] is False
    assert found["pupil", "sensitive"]["openIssue"].startswith("Open issue")


async def test_to_tighten_needs_no_decision_and_every_service_is_told_without_a_person(
    committed_service: Start,
) -> None:
    identity = await committed_service("identity")
    response = await change(identity, "trainer", "confidential", {"minAcr": Acr.eid2, "reason": "Provtillsyn"})
    assert response.status_code == 200, response.text
    shown = response.json()
    assert (shown["origin"], shown["minAcr"], shown["version"]) == ("tenant", Acr.eid2, 1)
    assert response.headers["etag"] == '"1"'
    assert await told(identity) == [
        {
            "assurancePolicyId": shown["id"],
            "holder": "trainer",
            "dataClass": "confidential",
            "isOpen": True,
            "minAcr": Acr.eid2.value,
            "maxAgeSeconds": None,
            "decisionId": None,
            "decisionKey": None,
            "version": 1,
        }
    ]
    headers = identity.as_("auditor@*")
    journal = await identity.client.get(f"/identity/v1/journal-entries?entityId={shown['id']}", headers=headers)
    entry = journal.json()["items"][0]
    assert (entry["action"], entry["reason"]) == ("assurance_policy.changed", "Provtillsyn")
    assert (entry["before"]["min_acr"], entry["after"]["min_acr"]) == (Acr.strong, Acr.eid2)


async def test_to_loosen_needs_a_taken_decision_of_the_own_tenant_that_still_holds(identity: ServiceUnderTest) -> None:
    looser = {"minAcr": Acr.basic}
    bare = await change(identity, "guardian", "confidential", looser)
    assert (bare.status_code, bare.json()["type"].rpartition("/")[2]) == (422, "assurance-policy-needs-decision")
    invented = await change(identity, "guardian", "confidential", looser | {"decisionId": str(new_id())})
    assert (invented.status_code, invented.json()["type"].rpartition("/")[2]) == (422, "decision-not-taken")
    foreign = await change(
        identity, "guardian", "confidential", looser | {"decisionId": await taken(identity, new_id())}
    )
    assert foreign.json()["type"].endswith("/decision-not-taken")
    old = await taken(identity)
    async with identity.database.transaction(identity.tenant) as session:
        await DecisionService(session).supersede(UUID(old), new_id())
    superseded = await change(identity, "guardian", "confidential", looser | {"decisionId": old})
    assert superseded.json()["type"].endswith("/decision-superseded")
    decision = await taken(identity)
    response = await change(identity, "guardian", "confidential", looser | {"decisionId": decision})
    assert response.status_code == 200, response.text
    shown = response.json()
    assert (shown["decisionId"], shown["decisionKey"], shown["minAcr"]) == (decision, "assurance", Acr.basic)


async def supersede(identity: ServiceUnderTest, decision_id: str) -> None:
    """The worker hears that a later decision took the place of this one."""
    event = Superseded(
        project_id=new_id(), decision_id=UUID(decision_id), decision_key="assurance", successor_id=new_id()
    )
    await hear(identity, on_basis_superseded, event)


async def test_with_its_decision_a_looser_rule_ends_and_nothing_is_loosened_by_that(identity: ServiceUnderTest) -> None:
    basis, other = await taken(identity), await taken(identity)
    key = "trainer", "sensitive"
    for where, body in (
        (key, {"minAcr": Acr.basic, "maxAgeSeconds": 300, "decisionId": basis}),
        (key, {"maxAgeSeconds": 120}),  # tightened without a decision, and still looser than the default
        (("participant", "sensitive"), {"minAcr": Acr.eid2, "decisionId": basis}),
        (("guardian", "confidential"), {"minAcr": Acr.basic, "decisionId": other}),
    ):
        assert (await change(identity, *where, body)).is_success
    assert (await rules(identity))[key]["decisionId"] == basis
    for _ in range(2):
        await supersede(identity, basis)
    found = await rules(identity)
    lapsed = found[key]
    assert (lapsed["minAcr"], lapsed["maxAgeSeconds"], lapsed["version"]) == (Acr.strong, 120, 3)
    assert (lapsed["decisionId"], lapsed["decisionKey"]) == (None, None)
    assert found["participant", "sensitive"]["minAcr"] == Acr.eid2
    assert found["guardian", "confidential"]["minAcr"] == Acr.basic
    async with identity.database.transaction(identity.tenant) as session:
        assert (await rules_of(session))["trainer", DataClass.sensitive].min_acr is Acr.strong
        entries = await session.execute(
            text("SELECT reason, before->>'decisionId' FROM journal_entry WHERE action = 'assurance_policy.lapsed'")
        )
        assert [tuple(row) for row in entries] == [("decision_superseded", basis)]


async def test_every_way_of_loosening_counts_as_one(identity: ServiceUnderTest) -> None:
    ways: list[tuple[str, str, dict[str, Any]]] = [
        ("pupil", "sensitive", {"isOpen": True}),
        ("trainer", "sensitive", {"maxAgeSeconds": None}),
        ("trainer", "sensitive", {"maxAgeSeconds": 901}),
        ("trainer", "sensitive", {"minAcr": Acr.basic, "maxAgeSeconds": 60}),
        ("trainer", "confidential", {"minAcr": Acr.basic, "isOpen": True}),
    ]
    for holder, data_class, body in ways:
        response = await change(identity, holder, data_class, body)
        assert response.json()["type"].endswith("/assurance-policy-needs-decision"), body
    assert (await change(identity, "trainer", "sensitive", {"maxAgeSeconds": 300})).status_code == 200
    back = await change(identity, "trainer", "sensitive", {"maxAgeSeconds": 900})
    assert back.status_code == 422  # back to the default is looser than what was ruled


async def test_nobody_sets_a_rule_that_the_own_login_does_not_meet(identity: ServiceUnderTest) -> None:
    response = await change(identity, "tenant_admin", "confidential", {"minAcr": Acr.eid3})
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (409, "assurance-policy-locks-out")
    closed = await change(identity, "trainer", "ordinary", {"isOpen": False})
    assert closed.status_code == 409
    assert (await change(identity, "tenant_admin", "confidential", {"minAcr": Acr.eid3}, acr=Acr.eid3)).is_success


async def test_a_weak_login_an_old_version_and_another_tenants_rule_are_refused(identity: ServiceUnderTest) -> None:
    weak = await change(identity, "trainer", "sensitive", {"maxAgeSeconds": 300}, acr=Acr.basic)
    assert weak.status_code == 401
    assert "insufficient_user_authentication" in weak.headers["www-authenticate"]
    rule = (await rules(identity))["trainer", "sensitive"]
    headers = identity.as_("tenant_admin@*") | {"If-Match": '"7"'}
    stale = await identity.client.patch(f"{PATH}/{rule['id']}", json={"maxAgeSeconds": 300}, headers=headers)
    assert stale.status_code == 412
    elsewhere = identity.as_("tenant_admin@*", tenant=new_id()) | {"If-Match": '"0"'}
    foreign = await identity.client.patch(f"{PATH}/{rule['id']}", json={"maxAgeSeconds": 300}, headers=elsewhere)
    assert foreign.status_code == 404


async def test_what_one_tenant_rules_means_nothing_in_another(identity: ServiceUnderTest) -> None:
    assert (await change(identity, "trainer", "confidential", {"minAcr": Acr.eid2})).is_success
    elsewhere = await rules(identity, tenant=new_id())
    assert elsewhere["trainer", "confidential"]["origin"] == "default"


async def test_the_list_has_pages(identity: ServiceUnderTest) -> None:
    first = await identity.client.get(PATH, params={"limit": 30}, headers=identity.as_("auditor@*"))
    following = first.json()["_links"]["next"]["href"].replace("http://gateway.test", "")
    second = await identity.client.get(following, headers=identity.as_("auditor@*"))
    assert len(first.json()["items"]) + len(second.json()["items"]) == 36
