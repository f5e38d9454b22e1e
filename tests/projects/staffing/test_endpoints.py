"""Roles over HTTP: holders in time, two administrators a school, ambassadors with a mandate, and what is vacant."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.projects.staffing.service import StaffingService
from services.projects.unit.models import Unit
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, LEADER, Rollout
from tests.projects.steering import make, make_body, make_decision, patch, post, read, take

TITLE = {"sv": "Administratör", "en": "Administrator"}
ADMINISTRATOR = {
    "key": "school_administrator",
    "side": "customer",
    "title": TITLE,
    "duty": TITLE,
    "minCount": 2,
    "isPerUnit": True,
}
AMBASSADOR = {"key": "it_ambassador", "side": "customer", "title": TITLE, "duty": TITLE, "needsMandate": True}


async def make_unit(rollout: Rollout, name: str, **more: Any) -> str:
    values: dict[str, Any] = {"kind": "school", "school_forms": ["compulsory"], "roster_version": 1} | more
    unit = Unit(tenant_id=rollout.service.tenant, name=name, **values)
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        session.add(unit)
    return str(unit.id)


async def make_role(rollout: Rollout, role: dict[str, Any]) -> dict[str, Any]:
    return await make(rollout, f"/projects/{rollout.id}/roles", role)


async def assign(rollout: Rollout, role: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"roleId": role["id"], "accountId": str(new_id())} | more
    return await make(rollout, f"/projects/{rollout.id}/role-assignments", body)


async def vacant(rollout: Rollout, key: str) -> list[tuple[str | None, int]]:
    found = (await read(rollout, f"/projects/{rollout.id}/vacancies?limit=200"))["items"]
    return [(row["unitId"], row["missing"]) for row in found if row["key"] == key]


async def vacated(rollout: Rollout, role: dict[str, Any]) -> list[dict[str, Any]]:
    """What the journal says about the role's vacancies; the event goes out in the same transaction."""
    found = (await rollout.get(f"/journal-entries?entityId={role['id']}")).json()["items"]
    return [entry["after"] for entry in found if entry["action"] == "project_role.vacate"]


async def test_each_school_needs_two_administrators(rollout: Rollout) -> None:
    school, small = await make_unit(rollout, "Ek"), await make_unit(rollout, "Lind")
    await make_unit(rollout, "Gamla skolan", is_ended=True)
    await make_unit(rollout, "Förvaltningen", kind="area")
    role = await make_role(rollout, ADMINISTRATOR)
    assert await vacant(rollout, "school_administrator") == [(school, 2), (small, 2)]
    for _ in range(2):
        await assign(rollout, role, unitId=school)
    await assign(rollout, role, unitId=small)
    assert await vacant(rollout, "school_administrator") == [(small, 1)]
    listed = await read(rollout, f"/projects/{rollout.id}/vacancies?unitId={small}")
    assert [row["key"] for row in listed["items"]] == ["school_administrator"]


async def test_a_role_that_is_held_at_units_needs_a_unit_that_is_there(rollout: Rollout) -> None:
    role = await make_role(rollout, ADMINISTRATOR)
    path = f"/projects/{rollout.id}/role-assignments"
    body = {"roleId": role["id"], "accountId": str(new_id())}
    without = await post(rollout, path, body)
    unknown = await post(rollout, path, body | {"unitId": str(new_id())})
    assert [answer.status_code for answer in (without, unknown)] == [422, 422]


async def test_the_same_account_holds_a_role_once_on_any_day(rollout: Rollout) -> None:
    role = await make_role(rollout, AMBASSADOR | {"needsMandate": False})
    account = str(new_id())
    first = await assign(rollout, role, accountId=account, validFrom="2027-01-01", validTo="2027-06-30")
    path = f"/projects/{rollout.id}/role-assignments"
    body = {"roleId": role["id"], "accountId": account, "validFrom": "2027-06-30"}
    twice = await post(rollout, path, body)
    assert (twice.status_code, twice.json()["assignmentId"]) == (409, first["id"])
    after = await assign(rollout, role, accountId=account, validFrom="2027-07-01")
    longer = await patch(rollout, f"/role-assignments/{first['id']}", {"validTo": "2027-07-01"})
    back = await patch(rollout, f"/role-assignments/{after['id']}", {"validTo": "2027-01-01"})
    assert [longer.status_code, back.status_code] == [409, 422]


async def test_an_ambassador_counts_only_with_a_decision_and_a_share_of_the_post(rollout: Rollout) -> None:
    role = await make_role(rollout, AMBASSADOR)
    row = await assign(rollout, role, validFrom="2026-01-01")
    assert (row["counts"], row["lacks"]) == (False, ["decision", "share"])
    body, decision = await make_body(rollout), await make_decision(rollout, "ambassadors")
    path = f"/role-assignments/{row['id']}"
    early = await patch(rollout, path, {"decisionId": decision["id"], "allocationPercent": 20})
    assert (early.status_code, early.json()["type"].rsplit("/", 1)[-1]) == (409, "assignment-decision-open")
    await take(rollout, decision, body)
    await patch(rollout, path, {"decisionId": decision["id"], "allocationPercent": 0})
    assert await vacant(rollout, "it_ambassador") == [(None, 1)]
    counted = await patch(rollout, path, {"allocationPercent": 20}, version=2)
    assert (counted.json()["counts"], counted.json()["lacks"]) == (True, [])
    assert await vacant(rollout, "it_ambassador") == []


async def test_an_end_without_a_successor_is_told_once_and_asks_for_one(rollout: Rollout) -> None:
    role = await make_role(rollout, AMBASSADOR)
    body, decision = await make_body(rollout), await make_decision(rollout, "ambassadors")
    await take(rollout, decision, body)
    mandate = {"decisionId": decision["id"], "allocationPercent": 20}
    row = await assign(rollout, role, validFrom="2026-01-01", **mandate)
    ended = await patch(rollout, f"/role-assignments/{row['id']}", {"validTo": "2026-06-30"})
    assert ended.status_code == 200, ended.text
    assert await vacated(rollout, role) == [{"unit_id": None, "missing": 1}]
    plan = (await read(rollout, f"/projects/{rollout.id}/activities?limit=200"))["items"]
    assert [one["title"]["en"] for one in plan if one["sourceRef"] is None] == ["Appoint a successor: Administrator"]
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        assert await StaffingService(session).tell_vacant(body["projectId"]) == 0
    assert len(await vacated(rollout, role)) == 1


async def test_an_end_with_a_successor_is_no_vacancy(rollout: Rollout) -> None:
    role = await make_role(rollout, AMBASSADOR | {"needsMandate": False})
    row = await assign(rollout, role, validFrom="2026-01-01")
    await assign(rollout, role, validFrom="2026-07-01")
    await patch(rollout, f"/role-assignments/{row['id']}", {"validTo": "2026-06-30"})
    assert await vacated(rollout, role) == []


async def test_who_holds_a_role_is_the_same_in_the_project_and_in_its_assignments(rollout: Rollout) -> None:
    account, other = str(new_id()), str(new_id())
    shown = await read(rollout, f"/projects/{rollout.id}")
    path = f"/projects/{rollout.id}"
    given = await patch(rollout, path, {"roles": {"customer_project_leader": account}}, version=shown["version"])
    assert given.status_code == 200, given.text
    rows = (await read(rollout, f"{path}/role-assignments"))["items"]
    assert [(row["roleKey"], row["accountId"], row["counts"]) for row in rows] == [
        ("customer_project_leader", account, True)
    ]
    with frozen(datetime(2026, 12, 24, 12, tzinfo=UTC)):
        change = {"roles": {"customer_project_leader": other}}
        await patch(rollout, path, change, version=given.json()["version"])
        held = {role["key"]: role["accountId"] for role in (await read(rollout, path))["roles"]}
        assert held["customer_project_leader"] == other
        rows = (await read(rollout, f"{path}/role-assignments"))["items"]
        assert [(row["accountId"], row["validTo"]) for row in rows] == [(account, "2026-12-23"), (other, None)]


async def test_each_side_fills_its_own_roles(rollout: Rollout) -> None:
    roles = {role["key"]: role["id"] for role in (await read(rollout, f"/projects/{rollout.id}/roles"))["items"]}
    path = f"/projects/{rollout.id}/role-assignments"
    for key, expected in (("supplier_project_leader", 201), ("customer_project_leader", 403)):
        body = {"roleId": roles[key], "accountId": str(new_id())}
        assert (await post(rollout, path, body, LEADER, side="supplier")).status_code == expected
    added = await post(rollout, f"/projects/{rollout.id}/roles", AMBASSADOR, APPROVER, side="supplier")
    assert added.status_code == 403
    twice = await post(rollout, f"/projects/{rollout.id}/roles", AMBASSADOR | {"key": "customer_project_leader"})
    assert twice.status_code == 409


async def test_a_seat_nobody_sits_in_is_vacant_and_suggests_who_holds_its_role(rollout: Rollout) -> None:
    roles = {role["key"]: role for role in (await read(rollout, f"/projects/{rollout.id}/roles"))["items"]}
    holder = await assign(rollout, roles["customer_project_leader"])
    body = await make_body(rollout)
    seat = {"key": "leader_seat", "title": TITLE, "roleKey": "customer_project_leader"}
    made = await make(rollout, f"/bodies/{body['id']}/seats", seat)
    found = (await read(rollout, f"/projects/{rollout.id}/vacancies?limit=200"))["items"]
    mine = next(row for row in found if row["seatId"] == made["id"])
    assert (mine["kind"], mine["suggestedId"]) == ("seat", holder["accountId"])
    await make(rollout, f"/seats/{made['id']}/memberships", {"accountId": holder["accountId"]})
    found = (await read(rollout, f"/projects/{rollout.id}/vacancies?limit=200"))["items"]
    assert made["id"] not in [row["seatId"] for row in found]


async def test_vacancies_come_in_pages_without_loss(rollout: Rollout) -> None:
    whole = (await read(rollout, f"/projects/{rollout.id}/vacancies?limit=200"))["items"]
    path: str | None = f"/projects/{rollout.id}/vacancies?limit=3"
    paged: list[dict[str, Any]] = []
    while path:
        page = await read(rollout, path)
        paged += page["items"]
        path = page["_links"]["next"] and page["_links"]["next"]["href"].split("/projects/v1", 1)[1]
    assert paged == whole
    assert len(whole) > 6


async def test_the_change_of_stage_tells_who_leaves_and_what_is_empty(rollout: Rollout) -> None:
    steady = {"per": "half_year", "timesMin": 1, "timesMax": 1}
    body = await make_body(rollout, cadence={"management": steady})
    await make_body(rollout, "group", level="operative", cadence={"implementation": steady})
    seats = [await make(rollout, f"/bodies/{body['id']}/seats", {"key": key}) for key in ("a", "b", "c")]
    account = str(new_id())
    rows = [
        await make(rollout, f"/seats/{seat['id']}/memberships", {"accountId": account, "validFrom": "2027-01-01"})
        for seat in seats[:2]
    ]
    await patch(rollout, f"/seat-memberships/{rows[1]['id']}", {"validTo": "2027-12-31"})
    report = await read(rollout, f"/projects/{rollout.id}/continuity-reports?on=2028-01-01")
    shown = {one["key"]: one for one in report["bodies"]}
    assert (shown["board"]["gap"], shown["board"]["stays"]) == (None, 1)
    assert shown["board"]["vacantSeats"] == [seats[1]["id"], seats[2]["id"]]
    assert shown["group"]["gap"] == "cadence_not_stated"
    assert [(one["membershipId"], one["lastDay"]) for one in report["leaving"]] == [(rows[1]["id"], "2027-12-31")]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_stage_that_begins_outside_all_plans_is_refused(rollout: Rollout, day: str) -> None:
    assert (await rollout.get(f"/projects/{rollout.id}/continuity-reports?on={day}")).status_code == 422
