"""Choosing an option of a running project: shown first, then done, with nothing lost."""

from typing import Any

import httpx

from tests.projects.conftest import APPROVER, BASE, LEADER, CreateRollout, Rollout
from tests.projects.instantiation.plans import CREATE, add_units, plan, publish, template
from tests.support.services import ServiceUnderTest

MIGRATION = {"options": {"migration_ordered": True}}
FOLLOW = {"options": {"gates_follow_activities": True}}


async def preview(rollout: Rollout, body: dict[str, Any]) -> dict[str, Any]:
    answer = await rollout.service.client.post(
        f"{BASE}/projects/{rollout.id}/option-previews", json=body, headers=rollout.service.as_(LEADER)
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def choose(
    rollout: Rollout, body: dict[str, Any], *, version: int | None = None, **claims: Any
) -> httpx.Response:
    current = (await rollout.get(f"/projects/{rollout.id}")).json()["version"]
    headers = rollout.service.as_(LEADER, **claims) | {"If-Match": f'"{version or current}"'}
    return await rollout.service.client.patch(f"{BASE}/projects/{rollout.id}/options", json=body, headers=headers)


async def test_a_preview_names_the_rows_and_writes_nothing(rollout: Rollout) -> None:
    shown = await preview(rollout, MIGRATION)
    assert {(row["sourceRef"], row["isEnabled"]) for row in shown["rows"]} == {("HAN-A2.05", True), ("HAN-A3.03", True)}
    assert shown["criteria"] == []
    assert not (await rollout.activity("HAN-A3.03"))["isEnabled"]
    assert (await rollout.get(f"/projects/{rollout.id}")).json()["version"] == 1


async def test_what_was_shown_is_done_and_told_with_its_reason(rollout: Rollout) -> None:
    answer = await choose(rollout, MIGRATION | {"reason": "Beställd"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["options"]["migration_ordered"], answer.headers["etag"]) == (True, '"2"')
    assert (await rollout.activity("HAN-A3.03"))["isEnabled"]
    journal = (await rollout.get(f"/journal-entries?entityId={rollout.id}")).json()["items"]
    told = next(entry for entry in journal if entry["action"] == "project.choose")
    assert told["reason"] == "Beställd"


async def test_a_row_that_stops_applying_keeps_its_state_and_comes_back_as_it_was(
    create_rollout: CreateRollout,
) -> None:
    rollout = await create_rollout(**MIGRATION)
    assert (await rollout.patch("HAN-A3.03", {"state": "done"})).status_code == 200
    assert (await preview(rollout, {"options": {"migration_ordered": False}}))["rows"][1]["state"] == "done"
    await choose(rollout, {"options": {"migration_ordered": False}})
    away = await rollout.activity("HAN-A3.03")
    assert (away["isEnabled"], away["state"]) == (False, "done")
    await choose(rollout, MIGRATION)
    back = await rollout.activity("HAN-A3.03")
    assert (back["isEnabled"], back["state"]) == (True, "done")


async def test_undecided_gates_follow_and_passed_ones_keep_what_they_asked(rollout: Rollout) -> None:
    await rollout.patch("HAN-A1.05", {"state": "done"}, APPROVER)
    purpose = await rollout.criterion("m1", "purpose-fulfilled")
    body = {"criterionId": purpose["id"], "statement": "Allt detta finns"}
    attested = await rollout.decide("m1", "attestations", body, LEADER)
    assert attested.status_code == 201, attested.text
    passed = await rollout.decide("m1", "passes")
    assert passed.status_code in {200, 201}, passed.text
    shown = await preview(rollout, FOLLOW)
    assert {effect["effect"] for effect in shown["criteria"]} == {"added"}
    assert "m1" not in {effect["gateKey"] for effect in shown["criteria"]}
    await choose(rollout, FOLLOW)
    assert len((await rollout.gate("m1"))["criteria"]) == 2
    assert len((await rollout.gate("m2"))["criteria"]) == 1 + 8
    await choose(rollout, {"options": {"gates_follow_activities": False}})
    assert len((await rollout.gate("m2"))["criteria"]) == 1


async def test_a_number_changes_what_a_criterion_asks(rollout: Rollout) -> None:
    await choose(rollout, {"options": {"key_person_coverage_percent": 55}})
    asked = await rollout.criterion("m3", "key-persons-trained")
    assert asked["evidence"]["minPercent"] == 55


async def test_rows_per_unit_are_written_when_their_row_comes_to_apply(projects: ServiceUnderTest) -> None:
    await publish(projects, template())
    await add_units(projects, "preschool", "compulsory", "compulsory")
    made = await projects.client.post(f"{BASE}/projects", json=CREATE, headers=projects.as_(LEADER))
    rollout = Rollout(projects, made.json()["id"])
    assert (await preview(rollout, {"options": {"extra": True}}))["rows"][0]["units"] == 3
    for value in (True, False, True):
        assert (await choose(rollout, {"options": {"extra": value}})).status_code == 200
        rows, _ = await plan(projects, rollout.id)
        extra = [row for row in rows if row[0] == "PU-A4"]
        assert len(extra) == 1 + 3
        assert {row[6] for row in extra} == {value}


async def test_an_unknown_option_a_stale_version_and_a_supplier_are_refused(rollout: Rollout) -> None:
    unknown = await choose(rollout, {"options": {"migraton": True}})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "#/options/migraton")
    assert (await choose(rollout, MIGRATION, version=7)).status_code == 412
    assert (await choose(rollout, MIGRATION, side="supplier")).status_code == 403
    assert (await choose(rollout, {"options": {"migration_ordered": False}})).json()["version"] == 1
