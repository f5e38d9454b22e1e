"""Many people at one row: nobody's change is lost, and who comes too late is told so."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.projects.conftest import BASE, CREATE, LEADER, Rollout
from tests.projects.rows import divide, own_row, read, send, units
from tests.support.services import Start


@pytest.fixture
async def committed(committed_service: Start) -> Rollout:
    service = await committed_service("projects")
    answer = await service.client.post(f"{BASE}/projects", json=CREATE, headers=service.as_(LEADER))
    assert answer.status_code == 201, answer.text
    return Rollout(service, answer.json()["id"])


async def test_a_hundred_writers_lose_no_update(committed: Rollout) -> None:
    """Each adds its own mark to what it has read, and tries again when somebody was faster."""
    row = await own_row(committed, externalIds={"start": "0"})
    path = f"/activities/{row['id']}"
    stale: list[httpx.Response] = []

    async def add(number: int) -> None:
        for _ in range(400):
            answer = await committed.get(path)
            if answer.status_code == 200:
                marks, version = answer.json()["notes"] + f"[{number}]", answer.json()["version"]
                answer = await send(committed, "PATCH", path, {"notes": marks}, version=version)
                if answer.status_code == 200:
                    return
            if answer.status_code == 412:
                stale.append(answer)
            else:  # 503: on a busy machine the many wait too long for a connection
                assert answer.status_code in (409, 503), answer.text
            await asyncio.sleep(0.02 + number % 10 / 100)
        raise AssertionError("never came through")

    await asyncio.gather(*(add(number) for number in range(100)))
    done = await read(committed, row["id"])
    assert sorted(done["notes"]) == sorted("".join(f"[{number}]" for number in range(100)))
    assert done["version"] == 101
    assert stale
    assert stale[0].json()["detail"].startswith("The resource has changed since it was read")
    assert stale[0].json()["currentVersion"] > 1


async def test_units_that_finish_at_once_finish_their_row(committed: Rollout) -> None:
    row = await own_row(committed)
    children = await divide(committed, row["id"], await units(committed, *(f"Skola {n}" for n in range(12))))

    async def finish(activity_id: str) -> Any:
        for _ in range(50):
            version = (await read(committed, activity_id))["version"]
            answer = await send(committed, "PATCH", f"/activities/{activity_id}", {"state": "done"}, version=version)
            if answer.status_code == 200:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(answer.text)

    await asyncio.gather(*(finish(one) for one in children))
    parent = await read(committed, row["id"])
    assert (parent["state"], parent["rollup"]["done"]) == ("done", 12)


async def test_one_unit_that_is_added_twice_at_once_gets_one_row(committed: Rollout) -> None:
    row = await own_row(committed)
    schools = await units(committed, "Tallskolan")
    body = {"unitIds": schools}
    answers = await asyncio.gather(
        *(send(committed, "POST", f"/activities/{row['id']}/children", body) for _ in range(6))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert sum(len(answer.json()["added"]) for answer in answers) == 1
    assert (await read(committed, row["id"]))["rollup"]["total"] == 1


async def test_a_row_never_lands_in_a_phase_that_goes_away_at_once(committed: Rollout) -> None:
    for number in range(8):
        key, title = f"extra_{number}", {"sv": "Extra"}
        phase = (await send(committed, "POST", f"/projects/{committed.id}/phases", {"key": key, "title": title})).json()
        body = {"title": title, "phaseId": phase["id"]}
        removed, added = await asyncio.gather(
            send(committed, "DELETE", f"/phases/{phase['id']}", version=1),
            send(committed, "POST", f"/projects/{committed.id}/activities", body),
        )
        assert (removed.status_code, added.status_code) in ((204, 422), (409, 201)), (removed.text, added.text)
