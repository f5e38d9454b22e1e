"""How ready units are, and what is late of whom."""

from datetime import UTC, datetime
from typing import Any

from shared.kit import clock
from shared.kit.ids import new_id
from tests.projects.conftest import LEADER, CreateRollout, Facts, Rollout
from tests.projects.rows import MAY, divide, move, own_row, send, units
from tests.projects.steering import make

LATE = datetime(2027, 6, 2, 8, tzinfo=UTC)
ADMINISTRATOR: dict[str, Any] = {
    "key": "administrator",
    "side": "customer",
    "title": {"sv": "Administratör", "en": "Administrator"},
    "duty": {"sv": "Konton", "en": "Accounts"},
    "isPerUnit": True,
    "minCount": 2,
}


async def readiness(rollout: Rollout, unit: str, *roles: str, **claims: Any) -> dict[str, Any]:
    answer = await send(rollout, "GET", f"/units/{unit}/readiness", None, *roles, **claims)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def facts_of(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [fact for fact in found["projects"][0]["facts"] if fact["fact"] == kind]


async def test_two_administrators_are_needed_and_one_is_told_as_one_of_two(rollout: Rollout) -> None:
    (unit,) = await units(rollout, "Almen")
    role = await make(rollout, f"/projects/{rollout.id}/roles", ADMINISTRATOR)
    holds = {"roleId": role["id"], "accountId": str(new_id()), "unitId": unit}
    await make(rollout, f"/projects/{rollout.id}/role-assignments", holds)
    (fact,) = facts_of(await readiness(rollout, unit), "roles")
    assert (fact["state"], fact["needed"], fact["present"]) == ("not_ready", 2, 1)
    assert fact["sentence"] == "Administrator: 1 of 2"
    await make(rollout, f"/projects/{rollout.id}/role-assignments", holds | {"accountId": str(new_id())})
    (fact,) = facts_of(await readiness(rollout, unit), "roles")
    assert (fact["state"], fact["present"]) == ("ready", 2)


async def test_what_no_service_has_told_is_unknown_and_so_is_the_unit(rollout: Rollout, facts: Facts) -> None:
    (unit,) = await units(rollout, "Almen")
    found = await readiness(rollout, unit)
    for kind in ("training", "accounts", "data_sign_off"):
        assert [fact["state"] for fact in facts_of(found, kind)] == ["unknown"]
    assert (found["state"], found["projects"][0]["state"]) == ("unknown", "unknown")
    await facts.coverage(3, 4, unit=unit)
    (fact,) = facts_of(await readiness(rollout, unit), "training")
    assert (fact["state"], fact["source"], fact["ageDays"]) == ("not_ready", "training", 0)


async def test_a_late_row_of_the_unit_makes_it_not_ready(rollout: Rollout) -> None:
    (unit,) = await units(rollout, "Almen")
    row = await own_row(rollout, window=MAY)
    (child,) = await divide(rollout, row["id"], [unit])
    assert (await readiness(rollout, unit))["projects"][0]["openActions"] == 1
    with clock.frozen(LATE):
        shown = (await readiness(rollout, unit))["projects"][0]
        assert (shown["state"], shown["lateActions"]) == ("not_ready", 1)
        await move(rollout, child, "done")
        assert (await readiness(rollout, unit))["projects"][0]["lateActions"] == 0


async def test_a_head_sees_the_own_unit_and_learns_nothing_of_others(rollout: Rollout) -> None:
    here, there = await units(rollout, "Almen", "Björken")
    head = f"unit_head@{here}"
    assert (await readiness(rollout, here, head))["unitName"] == "Almen"
    assert (await send(rollout, "GET", f"/units/{there}/readiness", None, head)).status_code == 404
    assert (await send(rollout, "GET", f"/units/{here}/readiness", None, "participant@*")).status_code == 403
    assert (await send(rollout, "GET", f"/units/{here}/readiness", None, tenant=new_id())).status_code == 404
    listed = await send(rollout, "GET", f"/projects/{rollout.id}/unit-readiness", None, head)
    assert listed.status_code == 403


async def test_units_are_listed_by_name_in_pages(rollout: Rollout) -> None:
    await units(rollout, "Cedern", "Almen", "Björken")
    first = (await send(rollout, "GET", f"/projects/{rollout.id}/unit-readiness?limit=2")).json()
    assert [row["unitName"] for row in first["items"]] == ["Almen", "Björken"]
    following = first["_links"]["next"]["href"].split("/projects/v1", 1)[1]
    second = (await send(rollout, "GET", following, None, LEADER)).json()
    assert [row["unitName"] for row in second["items"]] == ["Cedern"]


async def test_late_work_counts_units_and_not_the_row_above_them(create_rollout: CreateRollout) -> None:
    rollout = await create_rollout()
    here, there = await units(rollout, "Almen", "Björken")
    row = await own_row(rollout, window=MAY, side="supplier")
    await divide(rollout, row["id"], [here, there])
    with clock.frozen(LATE):
        rows = (await send(rollout, "GET", f"/projects/{rollout.id}/late-work?limit=200")).json()["items"]
        counted = (await send(rollout, "GET", f"/projects/{rollout.id}/late-work-summary")).json()
    assert row["id"] not in [each["id"] for each in rows]
    assert {each["unitId"] for each in rows if each["unitId"]} == {here, there}
    assert {each["daysLate"] for each in rows if each["unitId"]} == {3}, "the window is in whole weeks"
    assert counted["late"] == len(rows) == sum(each["late"] for each in counted["bySide"])
    assert {each["key"]: each["late"] for each in counted["byUnit"] if each["key"]} == {here: 1, there: 1}
