"""What rows tell: one event for one row, one for a whole batch, ids and numbers only."""

import pytest

from tests.projects.attachment.test_endpoints import announced
from tests.projects.conftest import BASE, CREATE, LEADER, Rollout
from tests.projects.rows import TITLE, divide, move, own_row, phase_of, read, send, units
from tests.projects.test_events import published
from tests.support.services import Start


@pytest.fixture
async def committed(committed_service: Start) -> Rollout:
    service = await committed_service("projects")
    answer = await service.client.post(f"{BASE}/projects", json=CREATE, headers=service.as_(LEADER))
    assert answer.status_code == 201, answer.text
    return Rollout(service, answer.json()["id"])


async def names(rollout: Rollout) -> list[str]:
    return [name for name, _ in await published(rollout.service)][1:]


async def test_a_row_tells_of_its_coming_its_changes_and_its_end(committed: Rollout) -> None:
    row = await own_row(committed)
    await send(committed, "PATCH", f"/activities/{row['id']}", {"notes": "Ring Anna Testsson"}, version=1)
    await send(committed, "PATCH", f"/activities/{row['id']}", {"notes": "Ring Anna Testsson"}, version=2)
    items = [{"side": "customer", "raci": "A"}]
    await send(committed, "PUT", f"/activities/{row['id']}/participations", {"items": items}, version=2)
    await send(committed, "POST", f"/activities/{row['id']}/attachments", announced())
    await send(committed, "DELETE", f"/activities/{row['id']}", version=3)
    assert await names(committed) == [
        "activity.added",
        "activity.changed",
        "participations.changed",
        "attachment.changed",
        "activity.removed",
    ]
    told = await published(committed.service)
    assert told[2][1]["fields"] == ["notes"]
    assert told[5][1] == {"projectId": committed.id, "activityId": row["id"], "version": 4, "children": 0}
    assert "Anna" not in str(told)
    assert TITLE["sv"] not in str(told)


async def test_a_batch_is_one_event_however_large(committed: Rollout) -> None:
    phase = await phase_of(committed)
    items = [{"title": TITLE, "phaseId": phase} for _ in range(30)] + [{"sourceRef": "HAN-A1.02", "notes": "x"}]
    body = {"items": items}
    for flags in ({"dryRun": True}, {}):
        await send(committed, "POST", f"/projects/{committed.id}/activity-upserts", body | flags)
    ((name, data),) = (await published(committed.service))[1:]
    assert name == "activities.changed"
    assert data == {"projectId": committed.id, "added": 30, "changed": 1, "firstPosition": 2, "lastPosition": 62}


async def test_rows_per_unit_are_one_event_and_their_parent_tells_when_it_turns(committed: Rollout) -> None:
    row = await own_row(committed)
    first, second = await divide(committed, row["id"], await units(committed, "Tallskolan", "Åskolan"))
    for child in (first, second):
        await move(committed, child, "done")
    told = (await published(committed.service))[2:]
    assert [(name, data.get("state")) for name, data in told] == [
        ("activities.changed", None),
        ("activity.changed", "done"),
        ("activity.changed", "started"),
        ("activity.changed", "done"),
        ("activity.changed", "done"),
    ]
    assert told[4][1]["activityId"] == row["id"]
    assert (await read(committed, row["id"]))["version"] == told[4][1]["version"]


async def test_the_frame_of_the_plan_tells_of_its_changes(committed: Rollout) -> None:
    for kind in ("phases", "tracks"):
        body = {"key": "own", "title": TITLE}
        made = (await send(committed, "POST", f"/projects/{committed.id}/{kind}", body)).json()
        await send(committed, "PATCH", f"/{kind}/{made['id']}", {"position": 50}, version=1)
        await send(committed, "DELETE", f"/{kind}/{made['id']}", version=2)
    told = (await published(committed.service))[1:]
    assert [(name, data["change"]) for name, data in told] == [
        (f"{kind}.changed", change) for kind in ("phase", "track") for change in ("added", "changed", "removed")
    ]
