"""Gates over HTTP: they follow the facts, and only the customer decides about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.kit import clock
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, BASE, LEADER, CreateRollout, Facts, Rollout

REASON = "Utbildningen sker i augusti enligt beslut"


async def make_ready(facts: Facts) -> None:
    await facts.roster_applied()
    await facts.coverage(45, 50)


async def test_the_third_gate_turns_ready_by_itself_when_the_facts_arrive(rollout: Rollout, facts: Facts) -> None:
    states = [(await rollout.gate("m3"))["state"]]
    for tell in (facts.roster_applied(), facts.coverage(39, 50), facts.coverage(40, 50)):
        await tell
        states.append((await rollout.gate("m3"))["state"])
    assert states == ["open", "open", "open", "ready"]


async def test_a_gate_reopens_when_a_fact_no_longer_holds(rollout: Rollout, facts: Facts) -> None:
    await make_ready(facts)
    await facts.coverage(10, 50)
    gate = await rollout.gate("m3")
    assert gate["state"] == "open"
    journal = (await rollout.get(f"/journal-entries?entityId={gate['id']}")).json()["items"]
    assert [entry["action"] for entry in journal] == ["gate.reopen", "gate.ready"]
    assert [entry["actorId"] for entry in journal] == [None, None]


async def test_signals_that_came_before_the_project_count_at_once(create_rollout: CreateRollout, facts: Facts) -> None:
    await make_ready(facts)
    assert (await (await create_rollout()).gate("m3"))["state"] == "ready"


async def test_an_older_event_never_overwrites_a_newer_one(rollout: Rollout, facts: Facts) -> None:
    await facts.roster_applied()
    await facts.coverage(50, 50, position=90)
    await facts.coverage(0, 50, position=80)
    assert (await rollout.gate("m3"))["state"] == "ready"


async def test_a_change_of_the_roster_by_hand_is_no_applied_source(rollout: Rollout, facts: Facts) -> None:
    await facts.coverage(50, 50)
    await facts.roster_applied(origin="manual")
    assert (await rollout.criterion("m3", "roster-applied"))["state"] == "unknown"


async def test_a_fact_that_grew_too_old_is_stale_and_the_gate_not_ready(rollout: Rollout, facts: Facts) -> None:
    await make_ready(facts)
    with frozen(clock.now() + timedelta(days=15)):
        gate = await rollout.gate("m3")
        assert gate["state"] == "open"
        assert (await rollout.criterion("m3", "roster-applied"))["state"] == "stale"
        refused = await rollout.decide("m3", "passes")
    assert refused.status_code == 409


async def test_a_blocked_gate_is_refused_with_each_blocking_criterion(rollout: Rollout, facts: Facts) -> None:
    await facts.roster_applied()
    answer = await rollout.decide("m3", "passes")
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"].endswith("/gate-blocked")
    assert [(each["key"], each["state"]) for each in problem["blocking"]] == [("key-persons-trained", "unknown")]
    assert [error["pointer"] for error in problem["errors"]] == ["criterion:key-persons-trained"]


async def test_the_customers_approver_passes_a_ready_gate_once(rollout: Rollout, facts: Facts) -> None:
    await make_ready(facts)
    account = new_id()
    passed = await rollout.decide("m3", "passes", None, APPROVER, subject=account)
    assert (passed.status_code, passed.json()["state"], passed.json()["passedBy"]) == (201, "passed", str(account))
    assert passed.headers["location"].endswith(f"/gates/{passed.json()['id']}")
    again = await rollout.decide("m3", "passes")
    assert again.status_code == 409
    assert again.json()["type"].endswith("/gate-already-passed")


async def test_a_passed_gate_stays_passed_whatever_happens(rollout: Rollout, facts: Facts) -> None:
    await make_ready(facts)
    await rollout.decide("m3", "passes")
    await facts.coverage(0, 50)
    assert (await rollout.gate("m3"))["state"] == "passed"


@pytest.mark.parametrize(
    ("roles", "claims"),
    [
        ((APPROVER,), {"side": "supplier"}),
        ((APPROVER,), {"side": "programme"}),
        ((APPROVER,), {"side": None}),
        ((APPROVER,), {"acr": None, "auth_time": None}),
        ((LEADER,), {}),
        (("auditor@*", "tenant_admin@*"), {}),
        ((f"approver@{new_id()}",), {}),
        ((APPROVER,), {"scopes": ("gates:read", "projects:write")}),
    ],
)
async def test_nobody_but_the_customers_approver_passes_or_waives(
    rollout: Rollout, facts: Facts, roles: tuple[str, ...], claims: dict[str, Any]
) -> None:
    await make_ready(facts)
    criterion = await rollout.criterion("m1", "plan-approved")
    passing = await rollout.decide("m3", "passes", None, *roles, **claims)
    waiving = await rollout.decide(
        "m1", "waivers", {"criterionId": criterion["id"], "reason": REASON}, *roles, **claims
    )
    assert [passing.status_code, waiving.status_code] == [403, 403]
    assert (await rollout.gate("m3"))["state"] == "ready"


async def test_a_waiver_opens_the_way_and_stays_visible_for_ever(rollout: Rollout, facts: Facts) -> None:
    await facts.roster_applied()
    criterion = await rollout.criterion("m3", "key-persons-trained")
    waived = await rollout.decide("m3", "waivers", {"criterionId": criterion["id"], "reason": REASON})
    assert (waived.status_code, waived.json()["state"]) == (201, "ready")
    passed = await rollout.decide("m3", "passes")
    assert passed.json()["state"] == "waived"
    await facts.coverage(50, 50)
    shown = await rollout.criterion("m3", "key-persons-trained")
    assert (shown["state"], shown["observed"]) == ("waived", "met")
    assert (shown["waiver"]["reason"], shown["waiver"]["stateThen"]) == (REASON, "unknown")
    journal = (await rollout.get(f"/journal-entries?entityId={passed.json()['id']}")).json()["items"]
    assert [entry["action"] for entry in journal] == ["gate.pass", "gate.ready", "gate.waive"]
    assert journal[-1]["reason"] == REASON


async def test_what_is_met_or_waived_cannot_be_waived(rollout: Rollout, facts: Facts) -> None:
    await facts.roster_applied()
    met = await rollout.criterion("m3", "roster-applied")
    unmet = await rollout.criterion("m3", "key-persons-trained")
    first = await rollout.decide("m3", "waivers", {"criterionId": unmet["id"], "reason": REASON})
    answers = [
        await rollout.decide("m3", "waivers", {"criterionId": criterion["id"], "reason": REASON})
        for criterion in (met, unmet)
    ]
    assert [first.status_code, *(answer.status_code for answer in answers)] == [201, 409, 409]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/criterionId"),
        ({"criterionId": str(new_id()), "reason": REASON}, "#/criterionId"),
        ({"criterionId": "m3", "reason": REASON}, "#/criterionId"),
        ({"criterionId": str(new_id()), "reason": "because"}, "#/reason"),
        ({"criterionId": str(new_id()), "reason": " " * 20}, "#/reason"),
        ({"criterionId": str(new_id()), "reason": REASON, "state": "met"}, "#/state"),
    ],
)
async def test_a_wrong_waiver_names_its_place(rollout: Rollout, body: dict[str, Any], pointer: str) -> None:
    answer = await rollout.decide("m3", "waivers", body)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_a_criterion_of_another_gate_cannot_be_waived_through_this_one(rollout: Rollout) -> None:
    other = await rollout.criterion("m1", "plan-approved")
    answer = await rollout.decide("m3", "waivers", {"criterionId": other["id"], "reason": REASON})
    assert answer.status_code == 422


async def test_no_route_sets_a_signal_or_attests_what_is_read_from_facts(rollout: Rollout) -> None:
    criterion = await rollout.criterion("m3", "roster-applied")
    body = {"criterionId": criterion["id"], "statement": "Det är gjort"}
    attested = await rollout.decide("m3", "attestations", body, LEADER)
    assert attested.status_code == 409
    assert attested.json()["type"].endswith("/not-attestable")
    headers = rollout.service.as_(LEADER, APPROVER)
    client = rollout.service.client
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = await client.request(method, f"{BASE}/signals", json={"kind": "roster_applied"}, headers=headers)
        assert answer.status_code == 405
    document = rollout.service.app.openapi()
    writing = [path for path, item in document["paths"].items() if "signal" in path and set(item) & {"post", "patch"}]
    assert writing == []


async def test_the_first_gate_needs_the_approved_plan_and_the_customers_word(rollout: Rollout) -> None:
    await rollout.patch("HAN-A1.05", {"state": "done"}, APPROVER)
    assert (await rollout.gate("m1"))["state"] == "open"
    criterion = await rollout.criterion("m1", "purpose-fulfilled")
    body = {"criterionId": criterion["id"], "statement": "Allt detta finns"}
    supplier = await rollout.decide("m1", "attestations", body, LEADER, side="supplier")
    customer = await rollout.decide("m1", "attestations", body, LEADER)
    again = await rollout.decide("m1", "attestations", body, LEADER)
    assert [supplier.status_code, customer.status_code, again.status_code] == [403, 201, 409]
    assert customer.json()["state"] == "ready"
    await rollout.patch("HAN-A1.05", {"state": "started"}, APPROVER)
    assert (await rollout.gate("m1"))["state"] == "open"


async def test_gates_wait_for_every_activity_of_their_phase_where_that_was_chosen(
    create_rollout: CreateRollout, facts: Facts
) -> None:
    rollout = await create_rollout(options={"gates_follow_activities": True})
    await make_ready(facts)
    assert (await rollout.gate("m3"))["state"] == "open"
    for row in ("HAN-A3.01", "HAN-A3.02", "HAN-A3.04", "HAN-A3.05", "HAN-A3.06"):
        await rollout.patch(row, {"state": "done"})
    assert (await rollout.gate("m3"))["state"] == "ready"


async def test_an_explanation_names_the_chain_and_who_must_act(rollout: Rollout, facts: Facts) -> None:
    await facts.coverage(30, 50)
    gate = await rollout.gate("m3")
    told = (await rollout.get(f"/gates/{gate['id']}/explanations")).json()
    assert told["summary"]["sv"] == "2 obligatoriska kriterier återstår"
    chains = {each["key"]: [link["kind"] for link in each["chain"]] for each in told["blocking"]}
    assert chains == {
        "roster-applied": ["gate", "criterion", "signal"],
        "key-persons-trained": ["gate", "criterion", "signal"],
    }
    trained = next(each for each in told["blocking"] if each["key"] == "key-persons-trained")
    assert trained["mustAct"] == {"side": "joint", "role": "trainer"}
    assert "30 av 50" in trained["explanation"]["sv"]
    assert trained["sentence"]["en"].startswith("Gate M3 “Realisation and test closed” waits for “")
    assert trained["sentence"]["sv"].endswith("(kund och leverantör)")
    design = (await rollout.get(f"/gates/{(await rollout.gate('m2'))['id']}/explanations")).json()
    assert design["summary"]["en"] == "1 mandatory criterion remains"
    assert design["blocking"][0]["sentence"]["sv"] == (
        "Grind M2 ”Designen avslutad” väntar på ”Det som fasen skulle åstadkomma finns”: "
        "Ingen har intygat detta ännu (kunden)"
    )
    assert design["blocking"][0]["sentence"]["da"].endswith(": Ingen har attesteret dette endnu (kunden)")
    last = (await rollout.get(f"/gates/{(await rollout.gate('m5'))['id']}/explanations")).json()
    purged = next(each for each in last["blocking"] if each["key"] == "environments-purged")
    assert [link["kind"] for link in purged["chain"]] == ["gate", "criterion", "activity"]
    assert purged["mustAct"]["side"] == "supplier"


async def test_a_gate_tells_each_caller_what_they_may_do_and_why_not(rollout: Rollout, facts: Facts) -> None:
    headers = rollout.service.as_(APPROVER) | {"Accept-Language": "en"}
    url = f"{BASE}/gates/{(await rollout.gate('m3'))['id']}"
    client = rollout.service.client
    blocked = {a["action"]: a for a in (await client.get(url, headers=headers)).json()["allowedActions"]}
    await make_ready(facts)
    free = {a["action"]: a for a in (await client.get(url, headers=headers)).json()["allowedActions"]}
    supplier = rollout.service.as_(APPROVER, side="supplier") | {"Accept-Language": "en"}
    foreign = {a["action"]: a for a in (await client.get(url, headers=supplier)).json()["allowedActions"]}
    assert (blocked["pass"]["allowed"], blocked["waive"]["allowed"]) == (False, True)
    assert (free["pass"]["allowed"], free["pass"]["reason"]) == (True, None)
    assert (foreign["pass"]["allowed"], foreign["pass"]["reason"]) == (False, "Only the customer's side may do this")


async def test_signals_can_be_read_with_their_source(rollout: Rollout, facts: Facts) -> None:
    await make_ready(facts)
    signals = (await rollout.get("/signals?limit=200")).json()["items"]
    told = {(signal["source"], signal["kind"], signal["key"]) for signal in signals}
    assert {each for each in told if each[0] != "projects"} == {  # its own features tell some, too
        ("sync", "roster_applied", ""),
        ("training", "training_coverage", "key_person"),
    }


async def test_a_gate_is_overdue_after_its_window_until_it_is_passed(rollout: Rollout, facts: Facts) -> None:
    await make_ready(facts)
    with frozen(datetime(2027, 9, 1, 12, tzinfo=UTC)):
        assert (await rollout.gate("m3"))["isOverdue"]
        await facts.roster_applied()
        await rollout.decide("m3", "passes")
        assert not (await rollout.gate("m3"))["isOverdue"]
