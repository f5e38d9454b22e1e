"""Decisions over HTTP: who takes them, for which body, that they stay as they were taken, and what follows."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.projects.signal.models import Signal
from services.projects.signal.service import SignalService
from services.projects.unit.models import Unit
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, LEADER, Rollout
from tests.projects.steering import QUESTION, make, make_body, make_decision, patch, post, read, take

FUNCTION = {"sv": "Utvecklingssamtal", "en": "Development talk"}


async def signals(rollout: Rollout, kind: str) -> dict[str, dict[str, Any]]:
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        found: list[Signal] = list(await SignalService(session).of_kinds([kind]))
    return {one.key: one.value for one in found if one.scope_id == UUID(rollout.id)}


async def make_unit(rollout: Rollout, name: str, *forms: str) -> str:
    unit = Unit(tenant_id=rollout.service.tenant, name=name, kind="school", school_forms=list(forms), roster_version=1)
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        session.add(unit)
    return str(unit.id)


async def test_a_decision_is_taken_by_the_approver_for_a_body_and_told_as_a_signal(rollout: Rollout) -> None:
    body, decision = await make_body(rollout), await make_decision(rollout)
    assert (await signals(rollout, "decision_taken"))["connect"]["taken"] is False
    account = new_id()
    said = {"bodyId": body["id"], "outcome": "Ja, i augusti", "validFrom": "2027-08-16"}
    taken = await post(rollout, f"/decisions/{decision['id']}/outcomes", said, APPROVER, subject=account)
    assert taken.status_code == 201, taken.text
    shown = taken.json()
    assert (shown["state"], shown["decidedBy"], shown["bodyId"]) == ("decided", str(account), body["id"])
    told = (await signals(rollout, "decision_taken"))["connect"]
    assert told == {"taken": True, "decisionId": decision["id"]}


async def test_an_advisory_body_can_neither_take_nor_own_a_decision(rollout: Rollout) -> None:
    advisory = await make_body(rollout, "reference", level="advisory", mandate="advisory")
    decision = await make_decision(rollout)
    taken = await take(rollout, decision, advisory)
    owned = await post(
        rollout,
        f"/projects/{rollout.id}/decisions",
        {"key": "another", "question": QUESTION, "bodyId": advisory["id"]},
    )
    given = await patch(rollout, f"/decisions/{decision['id']}", {"bodyId": advisory["id"]})
    for answer in (taken, owned, given):
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/advisory-body-cannot-decide")


@pytest.mark.parametrize(
    ("roles", "claims"),
    [
        ((APPROVER,), {"side": "supplier"}),
        ((APPROVER,), {"side": "programme"}),
        ((LEADER,), {}),
        ((f"approver@{new_id()}",), {}),
        ((APPROVER,), {"scopes": ("decisions:read",)}),
    ],
)
async def test_nobody_but_the_customers_approver_takes_a_decision(
    rollout: Rollout, roles: tuple[str, ...], claims: dict[str, Any]
) -> None:
    body, decision = await make_body(rollout), await make_decision(rollout)
    said = {"bodyId": body["id"], "outcome": "Ja, i augusti"}
    answer = await post(rollout, f"/decisions/{decision['id']}/outcomes", said, *roles, **claims)
    assert answer.status_code == 403
    assert (await read(rollout, f"/decisions/{decision['id']}"))["state"] == "open"


async def test_the_supplier_prepares_a_question_but_does_not_answer_it(rollout: Rollout) -> None:
    path = f"/projects/{rollout.id}/decisions"
    decision = await make(rollout, path, {"key": "connect", "question": QUESTION}, LEADER, side="supplier")
    allowed = {action["action"]: action["allowed"] for action in decision["allowedActions"]}
    assert allowed == {"change": True, "take": False, "withdraw": True, "supersede": False}


async def test_a_decision_that_was_taken_is_never_edited_and_says_how_it_is_replaced(rollout: Rollout) -> None:
    body, decision = await make_body(rollout), await make_decision(rollout)
    await take(rollout, decision, body)
    edited = await patch(rollout, f"/decisions/{decision['id']}", {"question": QUESTION}, version=2)
    again = await take(rollout, decision, body, outcome="Nej")
    gone = await post(rollout, f"/decisions/{decision['id']}/withdrawals", {"reason": "Ångrat oss"})
    for answer in (edited, again, gone):
        assert answer.status_code == 409
        problem = answer.json()
        assert problem["type"].endswith("/decision-is-final")
        assert "supersedesId" in problem["detail"]
        assert problem["href"].endswith(f"/projects/{rollout.id}/decisions")


async def test_a_successor_replaces_a_decision_only_when_it_is_taken(rollout: Rollout) -> None:
    body, first = await make_body(rollout), await make_decision(rollout)
    await take(rollout, first, body)
    path = f"/projects/{rollout.id}/decisions"
    second = await make(rollout, path, {"supersedesId": first["id"], "question": QUESTION})
    assert second["key"] == "connect"
    assert (await read(rollout, f"/decisions/{first['id']}"))["state"] == "decided"
    assert (await signals(rollout, "decision_taken"))["connect"]["decisionId"] == first["id"]
    third = await post(rollout, path, {"supersedesId": first["id"], "question": QUESTION})
    assert third.status_code == 409
    assert (await take(rollout, second, body)).status_code == 201
    former = await read(rollout, f"/decisions/{first['id']}")
    assert (former["state"], former["outcome"]) == ("superseded", "Vårdnadshavarna ansluts i augusti")
    assert (await signals(rollout, "decision_taken"))["connect"]["decisionId"] == second["id"]


async def test_an_open_question_cannot_be_superseded_and_a_key_is_used_once(rollout: Rollout) -> None:
    decision = await make_decision(rollout)
    path = f"/projects/{rollout.id}/decisions"
    early = await post(rollout, path, {"supersedesId": decision["id"], "question": QUESTION})
    twice = await post(rollout, path, {"key": "connect", "question": QUESTION})
    nameless = await post(rollout, path, {"question": QUESTION})
    assert [answer.status_code for answer in (early, twice, nameless)] == [409, 409, 422]


async def test_one_of_the_options_must_be_chosen(rollout: Rollout) -> None:
    body = await make_body(rollout)
    decision = await make_decision(rollout, options=[{"key": "yes", "title": {"sv": "Ja", "en": "Yes"}}])
    assert (await take(rollout, decision, body)).status_code == 422
    assert (await take(rollout, decision, body, optionKey="perhaps")).status_code == 422
    assert (await take(rollout, decision, body, optionKey="yes")).status_code == 201
    free = await take(rollout, await make_decision(rollout, "free"), body, optionKey="yes")
    assert "leave optionKey out" in free.json()["errors"][0]["detail"]


async def test_the_activity_that_waits_names_the_question(rollout: Rollout) -> None:
    activity = await rollout.activity("HAN-A4.02")
    await make_decision(rollout, "guardians_now", activityId=activity["id"])
    shown = await read(rollout, f"/activities/{activity['id']}")
    assert shown["neededDecision"]["question"]["en"] == QUESTION["en"]
    assert shown["version"] == activity["version"] + 1


async def test_an_answered_question_no_longer_explains_why_work_waits(rollout: Rollout) -> None:
    activity = await rollout.activity("HAN-A4.02")
    path = f"/activities/{activity['id']}/explanations"
    listed = (await read(rollout, f"/projects/{rollout.id}/decisions?limit=200"))["items"]
    question = next((one for one in listed if one["activityId"] == activity["id"]), None)
    decision = question or await make_decision(rollout, activityId=activity["id"])
    before = (await read(rollout, path))["mustAct"]["side"]
    await take(rollout, decision, await make_body(rollout))
    after = (await read(rollout, path))["mustAct"]["side"]
    assert (before, after) == ("customer", "supplier")  # who decides, then whose row it is


async def test_a_decision_is_late_only_after_its_window_and_told_as_a_signal(rollout: Rollout) -> None:
    may = {"start": "2027-05-01", "end": "2027-05-31", "precision": "month"}
    with frozen(datetime(2027, 5, 31, 12, tzinfo=UTC)):
        decision = await make_decision(rollout, neededBy=may)
        assert decision["isOverdue"] is False
        assert await signals(rollout, "decision_overdue") == {"": {"overdue": 0}}  # known to be on time
    with frozen(datetime(2027, 6, 1, 12, tzinfo=UTC)):
        assert (await read(rollout, f"/decisions/{decision['id']}"))["isOverdue"] is True
        late = await read(rollout, f"/projects/{rollout.id}/decisions?overdue=true")
        assert [row["id"] for row in late["items"]] == [decision["id"]]
        await make_decision(rollout, "another", neededBy=may)
        assert await signals(rollout, "decision_overdue") == {"": {"overdue": 2}}
        body = await make_body(rollout)
        await take(rollout, decision, body)
        assert await signals(rollout, "decision_overdue") == {"": {"overdue": 1}}


async def test_a_cell_of_the_matrix_is_edited_until_it_is_decided(rollout: Rollout) -> None:
    body = await make_body(rollout)
    cell = await make_decision(rollout, "talks", modality="should", certainty="low")
    unreadable = await take(rollout, cell, body)
    assert unreadable.json()["type"].endswith("/matrix-cell-unreadable")
    changed = await patch(rollout, f"/decisions/{cell['id']}", {"modality": "must", "function": FUNCTION})
    assert changed.status_code == 200, changed.text
    assert (await take(rollout, cell, body)).status_code == 201
    matrix = await read(rollout, f"/projects/{rollout.id}/decision-matrix?modality=must")
    found = next(one for one in matrix["cells"] if one["key"] == "talks")
    assert (found["function"]["en"], found["state"], found["certainty"]) == ("Development talk", "decided", "low")


async def test_a_unit_that_must_use_a_function_is_listed_until_its_head_says_that_it_does(rollout: Rollout) -> None:
    school, other = await make_unit(rollout, "Ek", "compulsory"), await make_unit(rollout, "Alm", "preschool")
    body = await make_body(rollout)
    more = {"modality": "must", "function": FUNCTION, "schoolForms": ["compulsory"]}
    cell = await make_decision(rollout, "talks", **more)
    path = f"/projects/{rollout.id}/unused-functions"
    assert (await read(rollout, path))["items"] == []  # nothing is binding before it is decided
    await take(rollout, cell, body)
    assert [(row["unitId"], row["key"]) for row in (await read(rollout, path))["items"]] == [(school, "talks")]
    marks = f"/decisions/{cell['id']}/usages"
    said = {"unitId": school, "isInUse": True, "since": "2027-09-01"}
    assert (await post(rollout, marks, said, f"unit_head@{other}")).status_code == 403
    assert (await post(rollout, marks, said, LEADER, side="supplier")).status_code == 403
    assert (await post(rollout, marks, said, f"unit_head@{school}")).status_code == 201
    assert (await read(rollout, f"{path}?unitId={school}"))["items"] == []
    matrix = await read(rollout, f"/projects/{rollout.id}/decision-matrix")
    assert next(one for one in matrix["cells"] if one["key"] == "talks")["unitsInUse"] == 1
    await post(rollout, marks, said | {"isInUse": False}, f"unit_head@{school}")
    assert len((await read(rollout, path))["items"]) == 1
    assert len((await read(rollout, marks))["items"]) == 1
