"""The checklist is a view of activities: what is done there is done here, and nothing is stored twice."""

from datetime import UTC, datetime
from typing import Any

from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import LEADER, Rollout
from tests.projects.rows import MAY, divide, move, own_row, read, send, units

SECTION = {"sv": "Integration och import", "en": "Integration and import"}


async def checklist(rollout: Rollout, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await rollout.get(f"/projects/{rollout.id}/checklist-items{query}")).json()["items"]
    return found


async def test_a_line_shows_both_owners_the_deadline_and_who_ticked_it_off(rollout: Rollout) -> None:
    account = new_id()
    row = await own_row(rollout, isChecklist=True, section=SECTION, window=MAY, side="joint")
    await own_row(rollout)
    items = [
        {"side": "customer", "raci": "R", "roleKey": "customer_project_leader"},
        {"side": "customer", "raci": "C"},
        {"side": "supplier", "raci": "R", "accountId": str(account)},
        {"side": "customer", "raci": "A", "roleKey": "customer_project_leader"},
    ]
    answer = await send(rollout, "PUT", f"/activities/{row['id']}/participations", {"items": items}, version=1)
    assert answer.status_code == 200, answer.text
    (line,) = await checklist(rollout)
    assert line["activityId"] == row["id"]
    assert line["section"] == SECTION | {"da": None}
    assert line["deadline"] == "2027-05-30"
    assert line["customerOwner"] is not None
    assert line["customerOwner"]["roleKey"] == "customer_project_leader"
    assert line["customerOwner"]["role"]["sv"]
    assert line["supplierOwner"] == {"roleKey": None, "role": None, "accountId": str(account)}
    assert line["done"] == {"isDone": False, "at": None, "by": None}
    await move(rollout, row["id"], "done", subject=account)
    (line,) = await checklist(rollout)
    assert line["done"]["isDone"] is True
    assert line["done"]["by"] == str(account)
    assert (await read(rollout, row["id"]))["doneAt"] == line["done"]["at"]


async def test_the_rows_own_owner_stands_for_its_side_where_nobody_takes_part(rollout: Rollout) -> None:
    owner = str(new_id())
    await own_row(rollout, isChecklist=True, side="supplier", ownerId=owner)
    (line,) = await checklist(rollout)
    assert line["customerOwner"] is None
    assert line["supplierOwner"] == {"roleKey": None, "role": None, "accountId": owner}


async def test_a_line_is_late_after_its_deadline(rollout: Rollout) -> None:
    await own_row(rollout, isChecklist=True, window=MAY)
    with frozen(datetime(2027, 5, 31, 12, tzinfo=UTC)):
        assert (await checklist(rollout))[0]["isOverdue"] is True


async def test_the_list_says_who_may_tick_off_and_pages_in_the_order_of_the_plan(rollout: Rollout) -> None:
    row = await own_row(rollout, isChecklist=True, side="supplier")
    await divide(rollout, row["id"], await units(rollout, "Tallskolan", "Åskolan"))
    seen: list[str] = []
    url: str | None = f"/projects/{rollout.id}/checklist-items?limit=2"
    while url:
        page = (await rollout.get(url)).json()
        seen += [one["activityId"] for one in page["items"]]
        url = page["_links"]["next"] and page["_links"]["next"]["href"].split("/projects/v1")[1]
    assert len(seen) == len(set(seen)) == 3
    (customers,) = (await checklist(rollout))[0]["allowedActions"]
    assert not customers["allowed"]
    assert customers["reason"].startswith("Only the row's own side")
    theirs = await send(rollout, "GET", f"/projects/{rollout.id}/checklist-items", None, LEADER, side="supplier")
    assert theirs.json()["items"][0]["allowedActions"][0]["allowed"]


async def test_what_leaves_the_checklist_or_the_plan_leaves_the_view(rollout: Rollout) -> None:
    first = await own_row(rollout, isChecklist=True)
    second = await own_row(rollout, isChecklist=True)
    await send(rollout, "PATCH", f"/activities/{first['id']}", {"isChecklist": False}, version=1)
    await send(rollout, "DELETE", f"/activities/{second['id']}", version=1)
    assert await checklist(rollout) == []
