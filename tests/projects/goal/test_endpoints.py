"""Goals and indicators over HTTP: links, states, readiness as a signal, rights."""

from typing import Any

import pytest

from shared.auth.scopes import Scope
from shared.kit.ids import new_id
from tests.projects.benefit.support import (
    TITLE,
    add_goal,
    add_indicator,
    add_units,
    call,
    ok,
    reading,
    signals,
    subject,
)
from tests.projects.conftest import Rollout


async def test_a_project_goal_links_to_the_effect_goals_that_it_makes_possible(rollout: Rollout) -> None:
    service = rollout.service
    effect, other = await add_goal(service, rollout.id), await add_goal(service, rollout.id)
    links = [effect["id"], other["id"]]
    goal = await add_goal(service, rollout.id, kind="project", effectGoalIds=links)
    assert sorted(goal["effectGoalIds"]) == sorted(links)
    assert (await ok(service, "GET", f"/goals/{effect['id']}"))["projectGoalIds"] == [goal["id"]]
    body = {"effectGoalIds": [other["id"]]}
    fewer = await ok(service, "PATCH", f"/goals/{goal['id']}", body, version=1)
    assert (fewer["effectGoalIds"], fewer["version"]) == ([other["id"]], 2)


@pytest.mark.parametrize("kind", ["effect", "vision", "programme"])
async def test_only_a_project_goal_links_and_only_to_effect_goals_of_its_project(rollout: Rollout, kind: str) -> None:
    effect = await add_goal(rollout.service, rollout.id)
    wrong = {"kind": kind, "title": TITLE, "effectGoalIds": [effect["id"]]}
    unknown = {"kind": "project", "title": TITLE, "effectGoalIds": [str(new_id())]}
    for body in (wrong, unknown):
        answer = await call(rollout.service, "POST", f"/projects/{rollout.id}/goals", body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/effectGoalIds")


async def test_a_goal_out_of_reach_is_told_to_somebody(rollout: Rollout) -> None:
    service = rollout.service
    goal = await add_goal(service, rollout.id)
    path = f"/goals/{goal['id']}"
    refused = await call(service, "PATCH", path, {"state": "unreachable"}, version=1)
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (409, "goal-nobody-to-inform")
    body = {"state": "unreachable", "informRole": "steering_chair"}
    told = await ok(service, "PATCH", path, body, version=1)
    assert told["informedAt"] is not None


async def test_its_owner_moves_a_goal_and_nobody_else_without_the_role(rollout: Rollout) -> None:
    service, owner = rollout.service, subject()
    goal = await add_goal(service, rollout.id, ownerId=str(owner))
    path = f"/goals/{goal['id']}"
    own = {"subject": owner, "side": "supplier"}
    moved = await call(service, "PATCH", path, {"state": "reached"}, "unit_head@*", version=1, **own)
    renamed = await call(service, "PATCH", path, {"title": TITLE | {"sv": "Annat"}}, "unit_head@*", version=2, **own)
    stranger = await call(service, "PATCH", path, {"state": "active"}, "unit_head@*", version=2)
    assert [moved.status_code, renamed.status_code, stranger.status_code] == [200, 403, 403]


async def test_readiness_is_counted_from_indicators_and_baselines_and_told_as_a_signal(rollout: Rollout) -> None:
    service = rollout.service
    await add_goal(service, rollout.id)
    assert (await signals(service, "goal_ready"))[""] == {"goals": 1, "ready": 0, "withIndicator": 0}
    indicator = await add_indicator(service, rollout.id)
    assert (await signals(service, "goal_ready"))[""] == {"goals": 2, "ready": 0, "withIndicator": 1}
    baseline = reading("baseline", 60, 2026)
    row = await ok(service, "POST", f"/indicators/{indicator['id']}/measurements", baseline)
    assert (await signals(service, "goal_ready"))[""] == {"goals": 2, "ready": 1, "withIndicator": 1}
    goal = await ok(service, "GET", f"/goals/{indicator['goalId']}")
    assert (goal["indicators"], goal["baselines"], goal["isMeasurable"]) == (1, 1, True)
    await ok(service, "DELETE", f"/measurements/{row['id']}", version=1)
    assert (await signals(service, "goal_ready"))[""]["ready"] == 0


async def test_the_goals_of_the_template_are_there_once(rollout: Rollout) -> None:
    listed = (await ok(rollout.service, "GET", f"/projects/{rollout.id}/goals?limit=200"))["items"]
    refs = [goal["sourceRef"] for goal in listed if goal["sourceRef"]]
    assert len(refs) == len(set(refs))


@pytest.mark.parametrize(
    ("claims", "roles", "status"),
    [
        ({}, ("project_leader@*",), 201),
        ({"side": "supplier"}, ("project_leader@*",), 403),
        ({}, ("unit_head@*",), 403),
        ({}, (f"project_leader@{new_id()}",), 403),
        ({"scopes": [Scope.goals_read]}, ("project_leader@*",), 403),
    ],
)
async def test_leaders_of_the_customer_define_goals(
    rollout: Rollout, claims: dict[str, Any], roles: tuple[str, ...], status: int
) -> None:
    body = {"kind": "effect", "title": TITLE}
    answer = await call(rollout.service, "POST", f"/projects/{rollout.id}/goals", body, *roles, **claims)
    assert answer.status_code == status


async def test_progress_per_unit_stands_beside_that_of_the_project(rollout: Rollout) -> None:
    service = rollout.service
    (unit,) = await add_units(service, 1)
    indicator = await add_indicator(service, rollout.id, scope="unit")
    path = f"/indicators/{indicator['id']}"
    for body in (reading("baseline", 50, 2026), reading("target", 90, 2030), reading("actual", 70)):
        await ok(service, "POST", f"{path}/measurements", body | {"unitId": unit})
    assert (await ok(service, "GET", path))["progress"]["reason"] == "no_baseline"
    (own,) = (await ok(service, "GET", f"{path}/unit-progresses"))["items"]
    assert (own["unitId"], own["percent"], own["isTargetMet"]) == (unit, 50.0, False)
