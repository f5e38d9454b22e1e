"""Who may not do what, tried with real logins."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.house import (
    ADMIN,
    APPROVER,
    AUDITOR,
    HEAD,
    LEADER,
    OPERATOR,
    PARTICIPANT,
    REGISTER,
    STRANGER,
    SUPPLIER,
    TRAINER,
    House,
    problem,
)
from tests.e2e.projects import PLAN, PROJECTS, gates, plan

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def project(house: House) -> dict[str, Any]:
    return plan(house, name="Rättigheter")


@pytest.mark.parametrize(
    "path",
    [
        PROJECTS,
        f"{PROJECTS}/{{project}}",
        f"{PROJECTS}/{{project}}/activities",
        f"{PROJECTS}/{{project}}/gates",
        f"{PROJECTS}/{{project}}/phases",
        "/sync/v1/runs",
        "/sync/v1/uploads",
        "/sync/v1/persons",
        "/identity/v1/accounts",
        "/identity/v1/memberships",
        "/identity/v1/clients",
        "/webhooks/v1/endpoints",
        "/webhooks/v1/events",
        "/projects/v1/journal-entries",
    ],
)
def test_a_participant_reads_no_plans_registers_or_settings(house: House, project: dict[str, Any], path: str) -> None:
    problem(house.ask("GET", path.format(project=project["id"]), PARTICIPANT), 403)


def test_a_participant_knows_who_it_is(house: House) -> None:
    me = house.read("/identity/v1/me", PARTICIPANT)
    assert [grant["role"] for grant in me["roles"]] == ["participant"]


def test_the_operator_reads_no_tenants_data(house: House, project: dict[str, Any]) -> None:
    problem(house.ask("GET", f"{PROJECTS}/{project['id']}", OPERATOR), 404)
    for path in ("/sync/v1/persons", "/sync/v1/runs"):
        answer = house.ask("GET", path, OPERATOR)
        assert answer.status_code == 403 or answer.json()["items"] == [], path


@pytest.fixture(scope="module")
def ready_gate(house: House) -> dict[str, Any]:
    """A gate that stands ready: its one criterion has been attested."""
    gate = gates(house, str(plan(house, name="Grind")["id"]))["m2"]
    criterion = gate["criteria"][0]
    assert criterion["kind"] == "attestation"
    house.made(f"/projects/v1/gates/{gate['id']}/attestations", {"criterionId": criterion["id"], "statement": "Klart"})
    ready: dict[str, Any] = house.read(f"/projects/v1/gates/{gate['id']}")
    assert ready["state"] == "ready", ready
    return ready


def _pass(house: House, gate: dict[str, Any], user: str) -> Any:
    return house.ask("POST", f"/projects/v1/gates/{gate['id']}/passes", user)


@pytest.mark.parametrize("user", [SUPPLIER, LEADER, PARTICIPANT, HEAD, TRAINER, AUDITOR, REGISTER, ADMIN, STRANGER])
def test_nobody_but_the_approver_passes_a_gate(house: House, ready_gate: dict[str, Any], user: str) -> None:
    assert _pass(house, ready_gate, user).status_code in (403, 404)
    assert house.read(f"/projects/v1/gates/{ready_gate['id']}")["state"] == "ready"


def test_a_supplier_passes_no_gate_even_with_the_approvers_role(house: House, ready_gate: dict[str, Any]) -> None:
    body = {
        "accountId": house.read("/identity/v1/me", SUPPLIER)["accountId"],
        "homeTenantId": house.tenant_id("laranda"),
        "role": "approver",
        "side": "supplier",
    }
    membership = house.made("/identity/v1/memberships", body, ADMIN)
    try:
        problem(house.ask("POST", "/identity/v1/memberships", ADMIN, json=body | {"side": "customer"}), 422)
        house.forget(SUPPLIER)
        roles = {grant["role"] for grant in house.read("/identity/v1/me", SUPPLIER)["roles"]}
        assert "approver" in roles
        problem(_pass(house, ready_gate, SUPPLIER), 403)
        waiver = {"criterionId": ready_gate["criteria"][0]["id"], "reason": "Vi är leverantören och vill vidare"}
        problem(house.ask("POST", f"/projects/v1/gates/{ready_gate['id']}/waivers", SUPPLIER, json=waiver), 403)
    finally:
        path = f"/identity/v1/memberships/{membership['id']}"
        house.ask("DELETE", path, ADMIN, headers={"If-Match": f'"{membership["version"]}"'})
        house.forget(SUPPLIER)
    assert house.read(f"/projects/v1/gates/{ready_gate['id']}")["state"] == "ready"


def test_approvers_who_race_pass_a_gate_once(house: House, ready_gate: dict[str, Any]) -> None:
    with ThreadPoolExecutor(5) as crowd:
        answers = list(crowd.map(lambda _: _pass(house, ready_gate, APPROVER), range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    problem(_pass(house, ready_gate, APPROVER), 409, "gate-already-passed")
    shown = house.read(f"/projects/v1/gates/{ready_gate['id']}")
    assert shown["state"] == "passed"


def test_a_fact_is_not_set_by_hand(house: House, project: dict[str, Any]) -> None:
    gate = gates(house, str(project["id"]))["m3"]
    for criterion in gate["criteria"]:
        body = {"criterionId": criterion["id"], "statement": "Lita på mig"}
        answer = house.ask("POST", f"/projects/v1/gates/{gate['id']}/attestations", LEADER, json=body)
        problem(answer, 409, "not-attestable")
    assert house.ask("POST", "/projects/v1/signals", APPROVER, json={}).status_code == 405


def test_nobody_gives_himself_rights(house: House) -> None:
    me = house.read("/identity/v1/me", LEADER)["accountId"]
    for user in (LEADER, SUPPLIER, PARTICIPANT, APPROVER):
        body = {"accountId": me, "role": "tenant_admin", "side": "customer"}
        problem(house.ask("POST", "/identity/v1/memberships", user, json=body), 403)
    root = {"accountId": me, "role": "platform_admin", "side": "customer"}
    assert house.ask("POST", "/identity/v1/memberships", ADMIN, json=root).status_code in (403, 422)
    tenant = {"kind": "authority", "name": "Egen", "slug": f"egen-{uuid4().hex[:8]}"}
    assert house.ask("POST", "/identity/v1/tenants", ADMIN, json=tenant).status_code in (403, 422)


def test_a_supplier_makes_no_plan_for_its_customer(house: House) -> None:
    problem(house.ask("POST", PROJECTS, SUPPLIER, json=PLAN), 403)
