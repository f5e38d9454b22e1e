"""Phases and tracks: adding, changing, removing; overlaps and gaps; effort and calendar apart."""

from typing import Any

import pytest

from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, LEADER, CreateRollout, Rollout
from tests.projects.rows import MAY, TITLE, own_row, send

PHASE = {"key": "p6", "title": {"sv": "Efterarbete", "en": "Aftercare"}}


async def phases(rollout: Rollout) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await rollout.get(f"/projects/{rollout.id}/phases?limit=50")).json()["items"]
    return found


async def add(rollout: Rollout, kind: str, body: dict[str, Any], *roles: str, **claims: Any) -> Any:
    return await send(rollout, "POST", f"/projects/{rollout.id}/{kind}", body, *roles, **claims)


async def test_the_sources_phases_overlap_and_say_where_the_calendar_is_longer_than_the_effort(
    rollout: Rollout,
) -> None:
    found = await phases(rollout)
    assert sum(one["nominalWeeksMin"] for one in found) == 19
    assert sum(one["nominalWeeksMax"] for one in found) == 23
    assert found[0]["window"]["end"] >= found[1]["window"]["start"]
    warned = [one["key"] for one in found if one["warnings"]]
    assert {"p2", "p5"} <= set(warned)
    assert found[1]["warnings"][0]["code"] == "window_exceeds_effort"


async def test_an_own_phase_stands_last_and_may_overlap_any_other(rollout: Rollout) -> None:
    answer = await add(rollout, "phases", PHASE | {"window": MAY, "nominalWeeksMin": 1, "nominalWeeksMax": 4})
    assert answer.status_code == 201, answer.text
    phase = answer.json()
    assert (phase["position"], phase["sourceRef"], phase["purpose"], phase["warnings"]) == (6, None, None, [])
    assert answer.headers["location"].endswith(f"/phases/{phase['id']}")
    assert [one["key"] for one in await phases(rollout)][-1] == "p6"
    assert (await rollout.get(f"/phases/{phase['id']}")).json() == phase


async def test_a_phase_is_changed_and_remembers_what_it_was(rollout: Rollout) -> None:
    first = (await phases(rollout))[0]
    path = f"/phases/{first['id']}"
    assert (await send(rollout, "PATCH", path, {"position": 9})).status_code == 428
    change = {"window": MAY, "nominalWeeksMin": None, "title": {"sv": "Uppstart"}, "purpose": None}
    changed = (await send(rollout, "PATCH", path, change, version=1)).json()
    assert (changed["window"]["start"], changed["nominalWeeksMin"], changed["purpose"]) == ("2027-05-03", None, None)
    assert changed["version"] == 2
    assert (await send(rollout, "PATCH", path, change, version=1)).status_code == 412
    same = await send(rollout, "PATCH", path, change, version=2)
    assert same.json()["version"] == 2
    (entry,) = (await rollout.get(f"/journal-entries?entityId={first['id']}")).json()["items"]
    assert (entry["action"], entry["after"]["title"]) == ("phase.change", "changed")
    assert entry["before"]["window_start"] == "2027-03-01"


async def test_a_phase_is_removed_when_nothing_belongs_to_it(rollout: Rollout) -> None:
    first = (await phases(rollout))[0]
    refused = await send(rollout, "DELETE", f"/phases/{first['id']}", version=1)
    assert refused.status_code == 409
    assert (refused.json()["activities"], refused.json()["gates"]) == (10, 1)
    phase = (await add(rollout, "phases", PHASE)).json()
    row = await own_row(rollout, phaseId=phase["id"])
    assert (await send(rollout, "DELETE", f"/phases/{phase['id']}", version=1)).status_code == 409
    await send(rollout, "DELETE", f"/activities/{row['id']}", version=1)
    assert (await send(rollout, "DELETE", f"/phases/{phase['id']}", version=1)).status_code == 204
    assert (await rollout.get(f"/phases/{phase['id']}")).status_code == 404
    assert (await add(rollout, "phases", PHASE)).status_code == 201


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (PHASE | {"key": "p1"}, 409, "plan-key-taken"),
        (PHASE | {"key": "Fas 6"}, 422, "#/key"),
        (PHASE | {"nominalWeeksMin": 4, "nominalWeeksMax": 2}, 422, "#/nominalWeeksMin"),
        (PHASE | {"window": MAY | {"start": "2027-06-31"}}, 422, "#/window/start"),
        ({"key": "p7"}, 422, "#/title"),
    ],
)
async def test_a_phase_that_cannot_be_is_refused(
    rollout: Rollout, body: dict[str, Any], status: int, said: str
) -> None:
    answer = await add(rollout, "phases", body)
    assert answer.status_code == status
    assert said in answer.text


@pytest.mark.parametrize("kind", ["phases", "tracks"])
async def test_only_the_customers_leaders_change_the_frame_of_the_plan(rollout: Rollout, kind: str) -> None:
    body = {"key": "own", "title": TITLE}
    assert (await add(rollout, kind, body, side="supplier")).status_code == 403
    assert (await add(rollout, kind, body, f"project_leader@{new_id()}")).status_code == 403
    assert (await add(rollout, kind, body, "trainer@*")).status_code == 403
    made = (await add(rollout, kind, body, APPROVER)).json()
    other = await send(rollout, "PATCH", f"/{kind}/{made['id']}", {"position": 1}, version=1, tenant=new_id())
    assert other.status_code == 404
    supplier = await send(rollout, "DELETE", f"/{kind}/{made['id']}", version=1, side="supplier")
    assert supplier.status_code == 403
    seen = await rollout.service.client.get(
        f"/projects/v1/{kind}/{made['id']}", headers=rollout.service.as_(LEADER, side="supplier")
    )
    assert {action["allowed"] for action in seen.json()["allowedActions"]} == {False}


async def test_pages_of_phases_lose_none_that_share_a_position(rollout: Rollout) -> None:
    for number in range(4):
        await add(rollout, "phases", PHASE | {"key": f"x{number}", "position": 2})
    seen: list[str] = []
    url: str | None = f"/projects/{rollout.id}/phases?limit=2"
    while url:
        page = (await rollout.get(url)).json()
        seen += [one["key"] for one in page["items"]]
        url = page["_links"]["next"] and page["_links"]["next"]["href"].split("/projects/v1")[1]
    assert sorted(seen) == ["p1", "p2", "p3", "p4", "p5", "x0", "x1", "x2", "x3"]


async def test_a_track_groups_rows_and_stays_while_they_do(rollout: Rollout) -> None:
    made = (await add(rollout, "tracks", {"key": "communication", "title": {"sv": "Kommunikation"}})).json()
    row = await own_row(rollout, trackKey="communication")
    listed = (await rollout.get(f"/projects/{rollout.id}/activities?trackKey=communication")).json()["items"]
    assert [one["id"] for one in listed] == [row["id"]]
    path = f"/tracks/{made['id']}"
    refused = await send(rollout, "DELETE", path, version=1)
    assert (refused.status_code, refused.json()["activities"]) == (409, 1)
    renamed = (await send(rollout, "PATCH", path, {"alias": {"sv": "Info"}}, version=1)).json()
    assert (renamed["alias"]["sv"], renamed["key"]) == ("Info", "communication")
    await send(rollout, "PATCH", f"/activities/{row['id']}", {"trackKey": None}, version=1)
    assert (await send(rollout, "DELETE", path, version=2)).status_code == 204
    keys = [one["key"] for one in (await rollout.get(f"/projects/{rollout.id}/tracks")).json()["items"]]
    assert "communication" not in keys


async def test_a_closed_project_keeps_its_frame(create_rollout: CreateRollout) -> None:
    rollout = await create_rollout()
    first = (await phases(rollout))[0]
    await send(rollout, "PATCH", f"/projects/{rollout.id}", {"state": "closed"}, version=1)
    assert (await add(rollout, "phases", PHASE)).status_code == 409
    assert (await send(rollout, "PATCH", f"/phases/{first['id']}", {"position": 2}, version=1)).status_code == 409
