"""Frozen plans over HTTP: taken by hand and by gates, compared with today."""

from typing import Any

from tests.projects.conftest import APPROVER, BASE, LEADER, Rollout


async def frozen(rollout: Rollout, name: str = "Före sommaren") -> dict[str, Any]:
    path = f"{BASE}/projects/{rollout.id}/baselines"
    answer = await rollout.service.client.post(path, json={"name": name}, headers=rollout.service.as_(LEADER))
    assert answer.status_code == 201, answer.text
    taken: dict[str, Any] = answer.json()
    assert answer.headers["location"].endswith(taken["id"])
    return taken


async def test_a_baseline_holds_every_phase_gate_and_activity_as_they_stood(rollout: Rollout) -> None:
    taken = await frozen(rollout)
    items = (await rollout.get(f"/baselines/{taken['id']}/items?limit=200")).json()["items"]
    assert {kind: sum(row["subject"] == kind for row in items) for kind in ("phase", "gate", "activity")} == {
        "phase": 5,
        "gate": 5,
        "activity": 32,
    }
    before = next(row for row in items if row["sourceRef"] == "HAN-A4.02")
    assert before["window"]["tentative"] is True


async def test_the_rows_of_a_baseline_come_in_pages_without_gap_or_repeat(rollout: Rollout) -> None:
    taken = await frozen(rollout)
    seen, path = [], f"/baselines/{taken['id']}/items?limit=9"
    while path:
        page = (await rollout.get(path)).json()
        seen += [row["subjectId"] for row in page["items"]]
        following = page["_links"]["next"]
        path = following["href"].split(BASE, 1)[1] if following else ""
    assert len(seen) == len(set(seen)) == 42


async def test_a_moved_activity_shows_in_the_difference_and_leaves_the_baseline_alone(rollout: Rollout) -> None:
    taken = await frozen(rollout)
    same = (await rollout.get(f"/baselines/{taken['id']}/differences")).json()
    assert (same["changed"], same["unchanged"]) == (0, 42)
    june = {"start": "2027-06-01", "end": "2027-06-30", "precision": "month", "tentative": False}
    assert (await rollout.patch("HAN-A2.02", {"window": june})).status_code == 200
    found = (await rollout.get(f"/baselines/{taken['id']}/differences?to=current")).json()
    [moved] = found["differences"]
    assert (moved["sourceRef"], moved["fields"], moved["endShiftDays"]) == ("HAN-A2.02", ["window"], 91)
    assert moved["windowBefore"]["end"] == "2027-03-31"


async def test_two_baselines_of_one_project_are_compared(rollout: Rollout) -> None:
    first = await frozen(rollout, "Ett")
    assert (await rollout.patch("HAN-A2.02", {"state": "started"})).status_code == 200
    second = await frozen(rollout, "Två")
    found = (await rollout.get(f"/baselines/{first['id']}/differences?to={second['id']}")).json()
    assert [(row["stateBefore"], row["stateAfter"]) for row in found["differences"]] == [("planned", "started")]


async def test_passing_a_gate_freezes_the_plan(rollout: Rollout) -> None:
    gate = await rollout.gate("m1")
    headers = rollout.service.as_(APPROVER)
    for criterion in gate["criteria"]:
        body = {"criterionId": criterion["id"], "reason": "Undantag för provets skull"}
        await rollout.service.client.post(f"{BASE}/gates/{gate['id']}/waivers", json=body, headers=headers)
    passed = await rollout.service.client.post(f"{BASE}/gates/{gate['id']}/passes", headers=headers)
    assert passed.status_code == 201, passed.text
    [taken] = (await rollout.get(f"/projects/{rollout.id}/baselines")).json()["items"]
    assert (taken["cause"], taken["causeId"], taken["name"]) == ("gate", gate["id"], "m1")


async def test_a_supplier_may_not_freeze_and_nobody_may_name_an_unknown_baseline(rollout: Rollout) -> None:
    path = f"{BASE}/projects/{rollout.id}/baselines"
    supplier = rollout.service.as_(LEADER, side="supplier")
    assert (await rollout.service.client.post(path, json={"name": "Vår"}, headers=supplier)).status_code == 403
    taken = await frozen(rollout)
    unknown = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
    assert (await rollout.get(f"/baselines/{unknown}")).status_code == 404
    assert (await rollout.get(f"/baselines/{taken['id']}/differences?to={unknown}")).status_code == 404
    assert (await rollout.get(f"/baselines/{taken['id']}/differences?to=tomorrow")).status_code == 422
