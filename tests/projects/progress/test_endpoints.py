"""Changing activities: versions, sides, states, windows, and what a change leaves behind."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, BASE, LEADER, Rollout

APRIL = {"start": "2027-04-12", "end": "2027-04-12", "precision": "month"}


async def test_a_change_needs_the_version_that_it_is_based_on(rollout: Rollout) -> None:
    activity = await rollout.activity("HAN-A1.01")
    url = f"{BASE}/activities/{activity['id']}"
    client, headers = rollout.service.client, rollout.service.as_(LEADER)
    missing = await client.patch(url, json={"state": "started"}, headers=headers)
    first = await client.patch(url, json={"state": "started"}, headers=headers | {"If-Match": '"1"'})
    stale = await client.patch(url, json={"state": "done"}, headers=headers | {"If-Match": '"1"'})
    assert [missing.status_code, first.status_code, stale.status_code] == [428, 200, 412]
    assert first.headers["etag"] == '"2"'
    assert (await rollout.activity("HAN-A1.01"))["state"] == "started"


async def test_a_window_is_widened_to_whole_periods(rollout: Rollout) -> None:
    changed = (await rollout.patch("HAN-A1.01", {"window": APRIL})).json()
    assert changed["window"] == {"start": "2027-04-01", "end": "2027-04-30", "precision": "month", "tentative": False}
    emptied = (await rollout.patch("HAN-A1.01", {"window": None})).json()
    assert emptied["window"] is None


async def test_a_row_is_late_only_after_the_last_day_of_its_window(rollout: Rollout) -> None:
    with frozen(datetime(2027, 3, 31, 12, tzinfo=UTC)):
        assert not (await rollout.activity("HAN-A1.01"))["isOverdue"]
    with frozen(datetime(2027, 4, 1, 12, tzinfo=UTC)):
        assert (await rollout.activity("HAN-A1.01"))["isOverdue"]
        late = (await rollout.get(f"/projects/{rollout.id}/activities?overdue=true&limit=200")).json()["items"]
        single = (await rollout.get(f"/activities/{late[0]['id']}")).json()
        assert single["isOverdue"]
        assert len(late) == 11  # phase 1 and the test plan: all that was due in March
        await rollout.patch("HAN-A1.01", {"state": "done"})
        assert not (await rollout.activity("HAN-A1.01"))["isOverdue"]


async def test_done_remembers_when_by_whom_and_for_which_side_and_undone_forgets_it(rollout: Rollout) -> None:
    account = new_id()
    done = (await rollout.patch("HAN-A1.01", {"state": "done"}, subject=account, side="supplier")).json()
    assert (done["doneBy"], done["doneSide"]) == (str(account), "supplier")
    assert done["doneAt"] is not None
    undone = (await rollout.patch("HAN-A1.01", {"state": "started"})).json()
    assert [undone[name] for name in ("doneAt", "doneBy", "doneSide")] == [None, None, None]


@pytest.mark.parametrize(
    ("row", "side", "status"),
    [
        ("HAN-A1.01", "supplier", 200),
        ("HAN-A1.02", "supplier", 200),
        ("HAN-A1.03", "supplier", 403),
        ("HAN-A1.01", "customer", 200),
        ("HAN-A1.03", "customer", 200),
        ("HAN-A1.02", "third_party", 403),
        ("HAN-A1.02", "programme", 403),
        ("HAN-A1.02", None, 403),
    ],
)
async def test_a_side_changes_its_own_and_joint_rows_and_the_customer_all(
    rollout: Rollout, row: str, side: str | None, status: int
) -> None:
    answer = await rollout.patch(row, {"state": "started"}, side=side)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["type"].endswith("/not-yours-to-change")
        assert (await rollout.activity(row))["state"] == "planned"


async def test_a_leader_of_one_unit_does_not_change_the_whole_plan(rollout: Rollout) -> None:
    answer = await rollout.patch("HAN-A1.01", {"state": "done"}, f"project_leader@{new_id()}")
    assert answer.status_code == 403


@pytest.mark.parametrize("row", ["HAN-A1.05", "HAN-A4.03"])
async def test_an_approval_is_the_word_of_the_customers_approver(rollout: Rollout, row: str) -> None:
    leader = await rollout.patch(row, {"state": "done"}, LEADER)
    supplier = await rollout.patch(row, {"state": "done"}, APPROVER, side="supplier")
    started = await rollout.patch(row, {"state": "started"}, LEADER)
    approver = await rollout.patch(row, {"state": "done"}, APPROVER)
    taken_back = await rollout.patch(row, {"state": "planned"}, LEADER)
    codes = [answer.status_code for answer in (leader, supplier, started, approver, taken_back)]
    assert codes == [403, 403, 200, 200, 403]


async def test_a_row_of_an_option_that_was_not_chosen_cannot_be_worked_on(rollout: Rollout) -> None:
    answer = await rollout.patch("HAN-A3.03", {"state": "started"})
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/activity-not-enabled")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"state": "finished"}, "#/state"),
        ({"state": None}, "#"),
        ({"notes": 7}, "#/notes"),
        ({"notes": "x" * 4001}, "#/notes"),
        ({"ownerId": "me"}, "#/ownerId"),
        ({"window": {"start": "2027-04-12"}}, "#/window/end"),
        ({"window": APRIL | {"end": "2027-04-01"}}, "#/window"),
        ({"window": APRIL | {"precision": "fortnight"}}, "#/window/precision"),
        ({"window": APRIL | {"start": "12 april"}}, "#/window/start"),
        ({"window": APRIL | {"start": "0001-01-01"}}, "#/window/start"),
        ({"satte": "done"}, "#/satte"),
        ({"isEnabled": True}, "#/isEnabled"),
        ({"doneBy": None}, "#/doneBy"),
    ],
)
async def test_a_wrong_change_names_its_place_and_changes_nothing(
    rollout: Rollout, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await rollout.patch("HAN-A1.01", wrong)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert (await rollout.activity("HAN-A1.01"))["version"] == 1


async def test_a_change_that_changes_nothing_leaves_no_trace(rollout: Rollout) -> None:
    answer = await rollout.patch("HAN-A1.01", {"state": "planned", "notes": ""})
    assert answer.headers["etag"] == '"1"'
    activity = await rollout.activity("HAN-A1.01")
    assert (await rollout.get(f"/journal-entries?entityId={activity['id']}")).json()["items"] == []


async def test_the_journal_shows_what_changed_and_keeps_free_text_out(rollout: Rollout) -> None:
    account = new_id()
    await rollout.patch("HAN-A1.01", {"notes": "Ring Anna Testsson", "window": APRIL}, subject=account)
    activity = await rollout.activity("HAN-A1.01")
    (entry,) = (await rollout.get(f"/journal-entries?entityId={activity['id']}")).json()["items"]
    assert (entry["action"], entry["actorId"], entry["side"]) == ("activity.change", str(account), "customer")
    assert entry["before"]["window"]["start"] == "2027-03-01"
    assert entry["after"]["window"]["start"] == "2027-04-01"
    assert len(entry["trace"]) == 32
    assert "Anna" not in str(entry)


async def test_merge_patch_is_understood(rollout: Rollout) -> None:
    activity = await rollout.activity("HAN-A1.01")
    headers = rollout.service.as_(LEADER) | {"If-Match": '"1"', "Content-Type": "application/merge-patch+json"}
    url = f"{BASE}/activities/{activity['id']}"
    answer = await rollout.service.client.patch(url, content=b'{"state": "started"}', headers=headers)
    assert answer.json()["state"] == "started"


async def test_another_tenants_activity_is_not_there_to_be_changed(rollout: Rollout) -> None:
    activity = await rollout.activity("HAN-A1.01")
    headers = rollout.service.as_(LEADER, tenant=new_id()) | {"If-Match": '"1"'}
    url = f"{BASE}/activities/{activity['id']}"
    answer = await rollout.service.client.patch(url, json={"state": "done"}, headers=headers)
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("/activity-not-found")
