"""Risks over HTTP: no level before somebody assessed, scores that stay, and acceptance that ends."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.projects.risk.matrix import AXIS
from services.projects.risk.service import RiskService
from shared.kit import clock
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, LEADER, Rollout
from tests.projects.risk.conftest import RISK, Register

GRID: dict[str, Any] = {
    "kind": "grid",
    "levels": AXIS.model_dump(mode="json")["levels"],
    "likelihood": [{"sv": "ovanligt", "en": "rare"}, {"sv": "vanligt", "en": "common"}],
    "consequence": [{"sv": "litet", "en": "minor"}, {"sv": "stort", "en": "major"}],
    "cells": [["small", "medium"], ["large", "severe"]],
}


async def test_a_new_risk_has_no_level_and_the_gates_hear_that_it_is_not_assessed(register: Register) -> None:
    risk = await register.add()
    assert (risk["level"], risk["isAssessed"], risk["residualLevel"]) == (None, False, None)
    told = await register.signals()
    assert told["own"] == {"highest": None, "unassessed": 1}
    assert told[""]["unassessed"] == sum(each["unassessed"] for area, each in told.items() if area)


async def test_the_current_level_goes_before_the_inherent_one_and_a_residual_one_before_none(
    register: Register,
) -> None:
    risk = await register.add()
    await register.assess(risk, "small", "residual")
    assert (await register.read(risk))["level"] is None
    await register.assess(risk, "severe", "inherent")
    assert (await register.read(risk))["level"] == "severe"
    await register.assess(risk, "medium", "current")
    assert (await register.read(risk))["level"] == "medium"
    assert (await register.signals())["own"] == {"highest": "medium", "unassessed": 0}


async def test_a_score_keeps_the_matrix_of_its_time_when_the_project_chooses_a_grid(register: Register) -> None:
    risk = await register.add()
    first = await register.assess(risk, "large")
    chosen = await register.post(f"/projects/{register.rollout.id}/risk-matrices", {"definition": GRID})
    assert (chosen.status_code, chosen.json()["basis"], chosen.json()["number"]) == (201, "startklar", 1)
    body = {"kind": "current", "likelihood": 2, "consequence": 1}
    second = (await register.post(f"/risks/{risk['id']}/assessments", body)).json()
    assert (second["level"], second["matrixNumber"], second["matrix"]["cells"]) == ("large", 1, GRID["cells"])
    listed = (await register.rollout.get(f"/risks/{risk['id']}/assessments")).json()["items"]
    assert listed == [first, second]
    matrices = (await register.rollout.get(f"/projects/{register.rollout.id}/risk-matrices")).json()["items"]
    assert [(row["number"], row["kind"], row["basis"]) for row in matrices] == [
        (1, "grid", "startklar"),
        (0, "axis", "source"),
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "current"}, "#/level"),
        ({"kind": "current", "level": "large", "likelihood": 1}, "#/likelihood"),
        ({"kind": "current", "consequence": 1}, "#/consequence"),
        ({"kind": "now", "level": "large"}, "#/kind"),
        ({"kind": "current", "level": "huge"}, "#/level"),
    ],
)
async def test_a_score_that_does_not_fit_the_axis_names_the_field(
    register: Register, body: dict[str, Any], pointer: str
) -> None:
    risk = await register.add()
    answer = await register.post(f"/risks/{risk['id']}/assessments", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_grid_without_all_its_cells_is_refused(register: Register) -> None:
    broken = GRID | {"cells": [["small", "medium"]]}
    answer = await register.post(f"/projects/{register.rollout.id}/risk-matrices", {"definition": broken})
    assert answer.status_code == 422


async def test_acceptance_is_the_approvers_and_needs_a_level(register: Register) -> None:
    risk = await register.add()
    day = (clock.today() + timedelta(days=30)).isoformat()
    assert (await register.accept(risk, day)).status_code == 409
    await register.assess(risk, "severe")
    assert (await register.accept(risk, day, LEADER)).status_code == 403
    assert (await register.accept(risk, day, APPROVER, side="supplier")).status_code == 403
    assert (await register.accept(risk, "2020-01-01")).status_code == 422
    assert (await register.accept(risk, day)).status_code == 201
    assert (await register.read(risk))["acceptance"]["level"] == "severe"
    assert (await register.signals())["own"] == {"highest": None, "unassessed": 0}


async def test_an_acceptance_ends_with_its_day_and_where_the_risk_grows(register: Register) -> None:
    risk = await register.add()
    await register.assess(risk, "medium")
    last = clock.today() + timedelta(days=3)
    await register.accept(risk, last.isoformat())
    await register.assess(risk, "large")
    assert (await register.signals())["own"] == {"highest": "large", "unassessed": 0}
    await register.assess(risk, "small")
    assert (await register.signals())["own"] == {"highest": None, "unassessed": 0}
    with frozen(clock.now() + timedelta(days=4)):
        assert (await register.read(risk))["acceptance"] is None
        await recheck(register.rollout)
    assert (await register.signals())["own"] == {"highest": "small", "unassessed": 0}


async def recheck(rollout: Rollout) -> None:
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        await RiskService(session).recheck(UUID(rollout.id))


async def test_a_supplier_proposes_and_does_not_change_the_register(register: Register) -> None:
    risk = await register.add()
    project = register.rollout.id
    for path, body in (
        (f"/projects/{project}/risks", RISK),
        (f"/risks/{risk['id']}/assessments", {"kind": "current", "level": "small"}),
        (f"/projects/{project}/risk-matrices", {"definition": GRID}),
    ):
        assert (await register.post(path, body, side="supplier")).status_code == 403
    proposed = await register.post(f"/projects/{project}/risk-proposals", {"text": "Få konton"}, side="supplier")
    assert (proposed.status_code, proposed.json()["side"]) == (201, "supplier")


async def test_a_proposal_becomes_a_risk_once_and_keeps_the_tie(register: Register) -> None:
    project = register.rollout.id
    made = (await register.post(f"/projects/{project}/risk-proposals", {"text": "Vikarier utan konto"})).json()
    path = f"/risk-proposals/{made['id']}"
    risk = (await register.post(f"{path}/risks", {"area": "rollout"})).json()
    assert (risk["event"]["sv"], risk["area"], risk["level"]) == ("Vikarier utan konto", "rollout", None)
    assert (await register.post(f"{path}/risks", {})).status_code == 409
    found = (await register.rollout.get(path)).json()
    assert (found["state"], found["riskId"]) == ("promoted", risk["id"])
    assert (await register.patch(path, {"state": "dismissed"}, version=found["version"])).status_code == 409


async def test_the_owner_closes_a_risk_whatever_role_and_nothing_more(register: Register) -> None:
    account = new_id()
    risk = await register.add(ownerId=str(account))
    path, roles = f"/risks/{risk['id']}", (f"unit_head@{new_id()}",)
    assert (await register.patch(path, {"area": "x"}, *roles, subject=account)).status_code == 403
    closed = await register.patch(path, {"state": "closed"}, *roles, subject=account)
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert (await register.patch(path, {"state": "open"}, *roles, version=2)).status_code == 403
    assert (await register.post(f"{path}/assessments", {"kind": "current", "level": "small"})).status_code == 409


async def test_two_leaders_changing_one_risk_the_second_is_told(register: Register) -> None:
    risk = await register.add()
    path = f"/risks/{risk['id']}"
    assert (await register.patch(path, {"area": "rollout"})).status_code == 200
    assert (await register.patch(path, {"area": "migration"})).status_code == 412


async def test_a_measure_is_an_activity_of_the_plan_linked_or_new(register: Register) -> None:
    risk = await register.add()
    path = f"/risks/{risk['id']}/measures"
    activity = await register.rollout.activity("HAN-A2.04")
    linked = await register.post(path, {"activityId": activity["id"]})
    assert [each["sourceRef"] for each in linked.json()["measures"]] == ["HAN-A2.04"]
    assert (await register.post(path, {"activityId": activity["id"]})).status_code == 409
    assert (await register.post(path, {"activityId": str(new_id())})).status_code == 422
    new = {"title": {"sv": "Ring leverantörerna"}, "phaseId": activity["phaseId"], "side": "customer"}
    made = await register.post(path, new)
    assert made.status_code == 201, made.text
    made_id = made.json()["measures"][-1]["activityId"]
    assert (await register.rollout.get(f"/activities/{made_id}")).json()["title"]["sv"] == "Ring leverantörerna"
    headers = register.rollout.service.as_(LEADER) | {"If-Match": f'"{made.json()["version"]}"'}
    gone = await register.rollout.service.client.delete(f"/projects/v1{path}/{made_id}", headers=headers)
    assert gone.status_code == 204
    assert len((await register.read(risk))["measures"]) == 1


async def test_free_words_stay_out_of_journal_and_events(register: Register) -> None:
    risk = await register.add(event={"sv": "Hemligt ord"})
    await register.patch(f"/risks/{risk['id']}", {"event": {"sv": "Annat ord"}})
    journal = await register.rollout.get(f"/journal-entries?entityId={risk['id']}")
    assert "ord" not in journal.text.replace("journal-entries", "")
