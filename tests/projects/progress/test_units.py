"""Rows that are carried out per unit: what the parent says of them, and the gates that follow it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.projects.activity.models import Activity
from services.projects.progress.rollup import rolled_up
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, BASE, LEADER, CreateRollout, Rollout
from tests.projects.rows import MAY, divide, move, own_row, read, send, units


def child(state: str, *, is_enabled: bool = True, done_at: datetime | None = None) -> Activity:
    return Activity(
        tenant_id=new_id(),
        project_id=new_id(),
        phase_id=new_id(),
        position=1,
        title={},
        kind="task",
        state=state,
        is_enabled=is_enabled,
        done_at=done_at,
    )


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["planned", "planned"], "planned"),
        (["planned", "started"], "started"),
        (["planned", "done"], "started"),
        (["done", "done"], "done"),
        (["done", "cancelled"], "done"),
        (["cancelled", "cancelled"], "cancelled"),
        (["planned", "cancelled"], "planned"),
        (["started", "cancelled"], "started"),
    ],
)
def test_a_parents_state_is_what_its_children_come_to(states: list[str], expected: str) -> None:
    values = rolled_up([child(state) for state in states])
    assert values is not None
    assert values["state"] == expected


def test_children_that_do_not_apply_do_not_count_and_none_say_nothing() -> None:
    off = child("planned", is_enabled=False)
    values = rolled_up([child("done", done_at=datetime(2027, 5, 3, tzinfo=UTC)), off])
    assert values is not None
    assert (values["state"], values["done_at"]) == ("done", datetime(2027, 5, 3, tzinfo=UTC))
    assert rolled_up([off]) is None
    assert rolled_up([]) is None


async def test_a_row_carried_out_per_unit_tells_how_far_its_units_are(rollout: Rollout) -> None:
    row = await own_row(rollout, window=MAY)
    schools = await units(rollout, "Björkängsskolan", "Tallskolan", "Åskolan")
    first, second, third = await divide(rollout, row["id"], schools)
    assert (await read(rollout, row["id"]))["rollup"]["planned"] == 3
    await move(rollout, first, "done")
    await move(rollout, second, "started")
    with frozen(datetime(2027, 6, 1, 12, tzinfo=UTC)):
        parent = await read(rollout, row["id"])
        listed = (await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]
    assert parent["state"] == "started"
    assert parent["rollup"] == {
        "total": 3,
        "planned": 1,
        "started": 1,
        "done": 1,
        "cancelled": 0,
        "overdue": 2,
        "start": "2027-05-03",
        "end": "2027-05-30",
    }
    assert next(one for one in listed if one["id"] == row["id"])["rollup"] == parent["rollup"]
    at_school = (await rollout.get(f"/projects/{rollout.id}/activities?unitId={schools[2]}")).json()["items"]
    assert [(one["id"], one["parentId"], one["rollup"]) for one in at_school] == [(third, row["id"], None)]
    below = (await rollout.get(f"/projects/{rollout.id}/activities?parentId={row['id']}")).json()["items"]
    assert {one["id"] for one in below} == {first, second, third}


async def test_the_state_of_a_divided_row_is_not_set_by_hand(rollout: Rollout) -> None:
    row = await own_row(rollout)
    (only,) = await divide(rollout, row["id"], await units(rollout, "Tallskolan"))
    answer = await move(rollout, row["id"], "done")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/activity-rolled-up")
    version = (await read(rollout, row["id"]))["version"]
    noted = await send(rollout, "PATCH", f"/activities/{row['id']}", {"notes": "Per skola"}, version=version)
    assert noted.status_code == 200
    child_row = await read(rollout, only)
    assert (await send(rollout, "DELETE", f"/activities/{only}", version=child_row["version"])).status_code == 204
    assert (await move(rollout, row["id"], "done")).status_code == 200


async def test_a_unit_that_is_added_again_changes_nothing_and_one_that_comes_later_reopens_the_row(
    rollout: Rollout,
) -> None:
    row = await own_row(rollout)
    first = await units(rollout, "Tallskolan")
    (only,) = await divide(rollout, row["id"], first)
    await move(rollout, only, "done")
    assert (await read(rollout, row["id"]))["state"] == "done"
    before = (await read(rollout, row["id"]))["version"]
    assert await divide(rollout, row["id"], first) == [only]
    assert (await read(rollout, row["id"]))["version"] == before
    await divide(rollout, row["id"], await units(rollout, "Åskolan"))
    parent = await read(rollout, row["id"])
    assert (parent["state"], parent["doneAt"], parent["rollup"]["done"]) == ("started", None, 1)


async def test_a_unit_that_is_unknown_or_ended_is_named_by_its_place_and_no_row_is_added(rollout: Rollout) -> None:
    row = await own_row(rollout)
    known, ended = await units(rollout, "Tallskolan"), await units(rollout, "Nedlagda", ended=True)
    body = {"unitIds": [*known, str(new_id()), *ended]}
    answer = await send(rollout, "POST", f"/activities/{row['id']}/children", body)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("#/unitIds/1", "unknown_unit"),
        ("#/unitIds/2", "ended_unit"),
    ]
    assert (await read(rollout, row["id"]))["rollup"] is None


async def test_a_row_per_unit_is_not_divided_again(rollout: Rollout) -> None:
    row = await own_row(rollout)
    schools = await units(rollout, "Tallskolan")
    (only,) = await divide(rollout, row["id"], schools)
    answer = await send(rollout, "POST", f"/activities/{only}/children", {"unitIds": schools})
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/activity-not-dividable")


async def test_the_head_of_a_unit_moves_its_row_and_no_other(rollout: Rollout) -> None:
    row = await own_row(rollout)
    schools = await units(rollout, "Tallskolan", "Åskolan")
    mine, other = await divide(rollout, row["id"], schools)
    head = f"unit_head@{schools[0]}"
    assert (await move(rollout, mine, "done", head)).status_code == 200
    assert (await move(rollout, other, "done", head)).status_code == 403
    version = (await read(rollout, mine))["version"]
    path = f"/activities/{mine}"
    assert (await send(rollout, "PATCH", path, {"window": MAY}, head, version=version)).status_code == 403
    assert (await move(rollout, mine, "planned", head, side="supplier")).status_code == 403


async def test_children_go_with_their_parent(rollout: Rollout) -> None:
    row = await own_row(rollout)
    (only,) = await divide(rollout, row["id"], await units(rollout, "Tallskolan"))
    version = (await read(rollout, row["id"]))["version"]
    assert (await send(rollout, "DELETE", f"/activities/{row['id']}", version=version)).status_code == 204
    assert (await rollout.get(f"/activities/{only}")).status_code == 404


async def awaited(rollout: Rollout) -> tuple[dict[str, Any], str]:
    """A row that gate m2 waits for, and the key of the criterion."""
    criteria = (await rollout.gate("m2"))["criteria"]
    listed = (await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]
    for criterion in criteria:
        row = next((one for one in listed if one["id"] == criterion["evidence"].get("activityId")), None)
        if row is not None and not row["needsApproval"]:
            return row, criterion["key"]
    raise AssertionError("gate m2 waits for no row")


async def test_a_gate_waits_until_the_last_unit_is_done_and_waits_again_when_one_is_undone(
    create_rollout: CreateRollout,
) -> None:
    rollout = await create_rollout(options={"gates_follow_activities": True})
    row, key = await awaited(rollout)
    first, second = await divide(rollout, row["id"], await units(rollout, "Tallskolan", "Åskolan"))

    async def state() -> str:
        return str((await rollout.criterion("m2", key))["state"])

    await move(rollout, first, "done")
    assert await state() == "unmet"
    await move(rollout, second, "done")
    assert await state() == "met"
    await move(rollout, first, "started")
    assert await state() == "unmet"


async def test_a_gate_becomes_ready_with_the_last_row_of_a_unit_and_opens_with_the_next_unit(
    create_rollout: CreateRollout,
) -> None:
    rollout = await create_rollout(options={"gates_follow_activities": True})
    gate = await rollout.gate("m2")
    row, _ = await awaited(rollout)
    (only,) = await divide(rollout, row["id"], await units(rollout, "Tallskolan"))
    for criterion in gate["criteria"]:
        if criterion["isMandatory"] and criterion["evidence"].get("activityId") != row["id"]:
            body = {"criterionId": criterion["id"], "reason": "Prövas i testet"}
            answer = await rollout.service.client.post(
                f"{BASE}/gates/{gate['id']}/waivers", json=body, headers=rollout.service.as_(APPROVER)
            )
            assert answer.status_code == 201, answer.text
    assert (await rollout.gate("m2"))["state"] == "open"
    await move(rollout, only, "done", LEADER)
    assert (await rollout.gate("m2"))["state"] == "ready"
    await divide(rollout, row["id"], await units(rollout, "Åskolan"))
    assert (await rollout.gate("m2"))["state"] == "open"
