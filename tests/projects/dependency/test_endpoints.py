"""Links between activities over HTTP: made, changed, removed, and never in a circle."""

import asyncio
from typing import Any

import pytest

from tests.projects.conftest import APPROVER, BASE, CREATE, LEADER, CreateRollout, Rollout
from tests.support.services import Start


async def ids(rollout: Rollout, *refs: str) -> list[str]:
    listed = (await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]
    found = {row["sourceRef"]: row["id"] for row in listed}
    return [found[ref] for ref in refs]


async def link(rollout: Rollout, first: str, second: str, *roles: str, **more: Any) -> Any:
    claims = {name: more.pop(name) for name in ("side", "scopes") if name in more}
    a, b = await ids(rollout, first, second)
    body = {"predecessorId": a, "successorId": b} | more
    headers = rollout.service.as_(*(roles or (LEADER,)), **claims)
    return await rollout.service.client.post(f"{BASE}/projects/{rollout.id}/dependencies", json=body, headers=headers)


async def send(rollout: Rollout, method: str, path: str, *roles: str, version: int | None = 1, **body: Any) -> Any:
    headers = rollout.service.as_(*(roles or (LEADER,)))
    if version is not None:
        headers |= {"If-Match": f'"{version}"'}
    return await rollout.service.client.request(method, f"{BASE}{path}", json=body or None, headers=headers)


async def test_a_link_is_made_read_changed_and_removed(rollout: Rollout) -> None:
    made = await link(rollout, "HAN-A2.04", "HAN-A3.02", type="SS", lagDays=-3)
    assert made.status_code == 201, made.text
    found = made.json()
    assert (found["type"], found["lagDays"], found["isSoft"], found["isIgnored"]) == ("SS", -3, False, False)
    path = f"/dependencies/{found['id']}"
    assert made.headers["location"].endswith(path)
    changed = await send(rollout, "PATCH", path, lagDays=5, isSoft=True)
    assert (changed.json()["lagDays"], changed.json()["isSoft"], changed.headers["etag"]) == (5, True, '"2"')
    listed = (await rollout.get(f"/projects/{rollout.id}/dependencies")).json()["items"]
    assert [each["id"] for each in listed] == [found["id"]]
    assert (await send(rollout, "DELETE", path, version=2)).status_code == 204
    assert (await rollout.get(path)).status_code == 404
    journal = (await rollout.get(f"/journal-entries?entityId={found['id']}")).json()["items"]
    assert [entry["action"] for entry in journal] == ["dependency.remove", "dependency.change", "dependency.add"]


async def test_a_change_needs_the_version_that_it_is_based_on(rollout: Rollout) -> None:
    path = f"/dependencies/{(await link(rollout, 'HAN-A2.04', 'HAN-A3.02')).json()['id']}"
    missing = await send(rollout, "PATCH", path, version=None, lagDays=1)
    stale = await send(rollout, "DELETE", path, version=7)
    assert [missing.status_code, stale.status_code] == [428, 412]


async def test_a_circle_is_refused_with_its_path_in_order(rollout: Rollout) -> None:
    await link(rollout, "HAN-A2.04", "HAN-A3.02")
    await link(rollout, "HAN-A3.02", "HAN-A3.04")
    refused = await link(rollout, "HAN-A3.04", "HAN-A2.04", type="FF")
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["type"].endswith("/dependency-circle")
    assert [row["sourceRef"] for row in problem["path"]] == ["HAN-A3.04", "HAN-A2.04", "HAN-A3.02"]
    assert all(row["title"]["sv"] for row in problem["path"])
    assert "HAN-A3.04 → HAN-A2.04 → HAN-A3.02 → HAN-A3.04" in problem["detail"]


async def test_a_soft_link_may_close_a_circle_but_not_turn_hard_then(rollout: Rollout) -> None:
    await link(rollout, "HAN-A2.04", "HAN-A3.02")
    soft = await link(rollout, "HAN-A3.02", "HAN-A2.04", isSoft=True)
    assert soft.status_code == 201
    hard = await send(rollout, "PATCH", f"/dependencies/{soft.json()['id']}", isSoft=False)
    assert (hard.status_code, hard.json()["type"].rpartition("/")[2]) == (409, "dependency-circle")


async def test_a_row_that_is_not_enabled_keeps_its_links_without_effect(rollout: Rollout) -> None:
    made = await link(rollout, "HAN-A2.05", "HAN-A3.02")  # an option that was not chosen
    assert (made.status_code, made.json()["isIgnored"]) == (201, True)
    circle = await link(rollout, "HAN-A3.02", "HAN-A2.05")
    assert circle.status_code == 409  # enabling it later must not close one


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"lagDays": 2001}, 422, "#/lagDays"),
        ({"lagDays": -2001}, 422, "#/lagDays"),
        ({"lagDays": 1.5}, 422, "#/lagDays"),
        ({"type": "SX"}, 422, "#/type"),
        ({"successorId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"}, 422, "#/successorId"),
        ({"predecessorId": "nobody"}, 422, "#/predecessorId"),
    ],
)
async def test_a_link_that_cannot_be_names_the_place(
    rollout: Rollout, change: dict[str, Any], status: int, pointer: str
) -> None:
    refused = await link(rollout, "HAN-A2.04", "HAN-A3.02", **change)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (status, pointer)


async def test_a_row_does_not_wait_for_itself_nor_twice_in_the_same_way(rollout: Rollout) -> None:
    itself = await link(rollout, "HAN-A2.04", "HAN-A2.04")
    assert (itself.status_code, itself.json()["errors"][0]["code"]) == (422, "itself")
    answers = [await link(rollout, "HAN-A2.04", "HAN-A3.02", type=kind) for kind in ("FS", "FF", "FS")]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    other = f"/dependencies/{answers[1].json()['id']}"
    assert (await send(rollout, "PATCH", other, type="FS")).status_code == 409


async def test_rows_of_two_projects_are_not_linked(rollout: Rollout, create_rollout: CreateRollout) -> None:
    other = await create_rollout()
    (foreign,) = await ids(other, "HAN-A3.02")
    refused = await link(rollout, "HAN-A2.04", "HAN-A3.02", successorId=foreign)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/successorId")


@pytest.mark.parametrize(
    ("second", "side", "status"),
    [("HAN-A3.01", "supplier", 201), ("HAN-A1.03", "supplier", 403), ("HAN-A3.01", "customer", 201)],
)
async def test_who_may_change_the_row_that_waits_may_link_it(
    rollout: Rollout, second: str, side: str, status: int
) -> None:
    assert (await link(rollout, "HAN-A2.04", second, LEADER, side=side)).status_code == status


async def test_a_reader_may_not_link(rollout: Rollout) -> None:
    assert (await link(rollout, "HAN-A2.04", "HAN-A3.02", "auditor@*")).status_code == 403


@pytest.mark.slow
async def test_two_links_at_once_do_not_close_a_circle_together(committed_service: Start) -> None:
    service = await committed_service("projects")
    made = await service.client.post(f"{BASE}/projects", json=CREATE, headers=service.as_(LEADER, APPROVER))
    rollout = Rollout(service, made.json()["id"])
    for _ in range(5):
        answers = await asyncio.gather(link(rollout, "HAN-A2.04", "HAN-A3.02"), link(rollout, "HAN-A3.02", "HAN-A2.04"))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        (kept,) = [answer.json() for answer in answers if answer.status_code == 201]
        await send(rollout, "DELETE", f"/dependencies/{kept['id']}")
