"""Bringing a running project to a newer template: every row in three versions, and exactly what was decided."""

from copy import deepcopy
from typing import Any

import httpx
import pytest

from tests.projects.conftest import BASE, LEADER, Rollout
from tests.projects.instantiation.plans import CREATE, add_units, plan, publish, template
from tests.support.services import ServiceUnderTest

NEWER = "1.1.0"


def newer() -> dict[str, Any]:
    """PU-A1 is renamed, PU-A2 moved, PU-A3 gone with its link, PU-A5 new, and a gate asks for PU-A1."""
    document = deepcopy(template(version=NEWER))
    first, second, third, fourth = document["activities"]
    first["title"] = {"sv": "Nytt namn", "en": "A new name"}
    second["window"] = {"first": "go_live", "last": "go_live+1m", "precision": "week"}
    fifth = deepcopy(third) | {"source_ref": "PU-A5", "fan_out": {"kinds": ["school"]}}
    document["activities"] = [first, second, fourth, fifth]
    document["dependencies"] = [
        {"predecessor": "PU-A1", "successor": "PU-A5", "basis": "startklar"},
    ]
    document["goals"] = [{"source_ref": "PU-G1", "title": {"sv": "Mål", "en": "Goal"}}]
    document["gates"] = [
        {
            "source_ref": "PU-M1",
            "key": "m1",
            "phase": "all",
            "title": {"sv": "Klart", "en": "Done"},
            "criteria": [
                {
                    "key": "first",
                    "kind": "activity_done",
                    "activity": "PU-A1",
                    "basis": "source",
                    "title": {"sv": "Steg 1", "en": "Step 1"},
                }
            ],
        }
    ]
    return document


@pytest.fixture
async def running(projects: ServiceUnderTest) -> Rollout:
    """A project of two schools that follows the older version, with the newer one published."""
    await publish(projects, template())
    await publish(projects, newer())
    await add_units(projects, "preschool", "compulsory")
    made = await projects.client.post(f"{BASE}/projects", json=CREATE, headers=projects.as_(LEADER))
    assert made.status_code == 201, made.text
    return Rollout(projects, made.json()["id"])


async def rows(rollout: Rollout, **body: Any) -> dict[tuple[str, str], dict[str, Any]]:
    answer = await rollout.service.client.post(
        f"{BASE}/projects/{rollout.id}/template-upgrade-previews",
        json={"version": NEWER} | body,
        headers=rollout.service.as_(LEADER),
    )
    assert answer.status_code == 200, answer.text
    return {(row["section"], row["key"]): row for row in answer.json()["rows"]}


async def upgrade(rollout: Rollout, *decisions: tuple[str, str, str], version: int | None = None) -> httpx.Response:
    held = version or (await rollout.get(f"/projects/{rollout.id}")).json()["version"]
    body = {
        "version": NEWER,
        "decisions": [{"section": section, "key": key, "take": take} for section, key, take in decisions],
        "reason": "Genomgången",
    }
    headers = rollout.service.as_(LEADER) | {"If-Match": f'"{held}"'}
    return await rollout.service.client.post(
        f"{BASE}/projects/{rollout.id}/template-upgrades", json=body, headers=headers
    )


async def titles(rollout: Rollout, ref: str) -> set[str]:
    found, _ = await plan(rollout.service, rollout.id)
    return {row[3] for row in found if row[0] == ref}


async def alive(rollout: Rollout) -> dict[str, int]:
    """Rows of the plan by source_ref, those per unit counted too."""
    listed = (await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]
    return {ref: sum(row["sourceRef"] == ref for row in listed) for ref in sorted({r["sourceRef"] for r in listed})}


async def test_every_row_is_shown_as_what_became_of_it(running: Rollout) -> None:
    found = await rows(running)
    assert {at: row["state"] for at, row in found.items()} == {
        ("activities", "PU-A1"): "changed_in_template",
        ("activities", "PU-A2"): "changed_in_template",
        ("activities", "PU-A3"): "removed",
        ("activities", "PU-A5"): "new",
        ("gates", "m1"): "new",
        ("dependencies", "PU-A1 FS PU-A3"): "removed",
        ("dependencies", "PU-A1 FS PU-A5"): "new",
    }
    (title,) = found["activities", "PU-A1"]["fields"]
    assert (title["name"], title["theirs"]["sv"], title["isConflict"]) == ("title", "Nytt namn", False)
    assert title["base"] == title["ours"]


async def test_an_upgrade_without_conflicts_is_what_a_new_project_would_be(running: Rollout) -> None:
    answer = await upgrade(running)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["templateVersion"], answer.headers["etag"]) == (NEWER, '"2"')
    assert await titles(running, "PU-A1") == {"Nytt namn"}
    fresh = await running.service.client.post(
        f"{BASE}/projects", json=CREATE | {"templateVersion": NEWER}, headers=running.service.as_(LEADER)
    )
    other = Rollout(running.service, fresh.json()["id"])
    assert await alive(running) == await alive(other)
    assert [c["key"] for c in (await running.gate("m1"))["criteria"]] == ["first"]
    links = await running.get(f"/projects/{running.id}/dependencies")
    assert len(links.json()["items"]) == 1
    goals = await running.get(f"/projects/{running.id}/goals")
    assert [goal["sourceRef"] for goal in goals.json()["items"]] == ["PU-G1"]


async def test_what_the_project_changed_itself_stays(running: Rollout) -> None:
    window = {"start": "2027-05-03", "end": "2027-05-09", "precision": "week", "tentative": False}
    moved = await running.patch("PU-A1", {"window": window})
    assert moved.status_code == 200, moved.text
    assert (await rows(running))["activities", "PU-A1"]["state"] == "changed_in_both"
    assert (await upgrade(running)).status_code == 200
    row = await running.activity("PU-A1")
    assert row["window"]["start"] == "2027-05-03"
    assert row["title"]["sv"] == "Nytt namn"


@pytest.mark.parametrize(("take", "start"), [("ours", "2027-05-03"), ("theirs", "2027-08-16")])
async def test_a_conflict_is_decided_by_a_person_and_done_exactly_so(running: Rollout, take: str, start: str) -> None:
    window = {"start": "2027-05-03", "end": "2027-05-09", "precision": "week", "tentative": False}
    await running.patch("PU-A2", {"window": window})
    found = await rows(running)
    assert found["activities", "PU-A2"]["state"] == "conflict"
    undecided = await upgrade(running)
    assert (undecided.status_code, undecided.json()["type"].rsplit("/", 1)[-1]) == (422, "upgrade-undecided")
    assert (await running.get(f"/projects/{running.id}")).json()["templateVersion"] == "1.0.0"
    assert (await upgrade(running, ("activities", "PU-A2", take))).status_code == 200
    assert (await running.activity("PU-A2"))["window"]["start"] == start


@pytest.mark.parametrize(("take", "left"), [("ours", 1), ("theirs", 0)])
async def test_work_that_has_begun_is_removed_only_when_somebody_says_so(
    running: Rollout, take: str, left: int
) -> None:
    assert (await running.patch("PU-A3", {"state": "started"})).status_code == 200
    assert (await rows(running))["activities", "PU-A3"]["state"] == "conflict"
    assert (await upgrade(running, ("activities", "PU-A3", take))).status_code == 200
    assert (await alive(running)).get("PU-A3", 0) == left


async def test_a_change_can_be_left_out_and_the_next_preview_shows_it_as_ours(running: Rollout) -> None:
    assert (await upgrade(running, ("activities", "PU-A1", "ours"))).status_code == 200
    assert await titles(running, "PU-A1") == {"Steg 1 för Björkby kommun"}


async def test_rows_per_unit_follow_their_row_unless_they_were_changed_themselves(running: Rollout) -> None:
    assert (await upgrade(running)).status_code == 200
    found, _ = await plan(running.service, running.id)
    assert {row[4].isoformat() for row in found if row[0] == "PU-A2"} == {"2027-08-16"}
    assert len([row for row in found if row[0] == "PU-A5" and row[1]]) == 2


@pytest.mark.parametrize(
    ("decisions", "code"),
    [
        ([("activities", "PU-A9", "ours")], "unknown"),
        ([("activities", "PU-A4", "theirs")], "nothing_to_decide"),
    ],
)
async def test_a_decision_about_nothing_is_refused(
    running: Rollout, decisions: list[tuple[str, str, str]], code: str
) -> None:
    answer = await upgrade(running, *decisions)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]


async def test_an_older_version_a_stale_tag_and_an_unknown_version_are_refused(running: Rollout) -> None:
    assert (await upgrade(running, version=9)).status_code == 412
    path = f"{BASE}/projects/{running.id}/template-upgrade-previews"
    headers = running.service.as_(LEADER)
    for version, status in (("1.0.0", 409), ("0.9.0", 409), ("7.0.0", 404)):
        answer = await running.service.client.post(path, json={"version": version}, headers=headers)
        assert answer.status_code == status, version


async def test_the_shipped_template_upgrades_without_a_conflict(rollout: Rollout) -> None:
    answer = await rollout.service.client.post(
        f"{BASE}/projects/{rollout.id}/template-upgrade-previews",
        json={"version": "1.1.0"},
        headers=rollout.service.as_(LEADER),
    )
    assert answer.status_code == 200, answer.text
    assert "conflict" not in answer.json()["counts"]
    body = {"version": "1.1.0"}
    headers = rollout.service.as_(LEADER) | {"If-Match": '"1"'}
    path = f"{BASE}/projects/{rollout.id}/template-upgrades"
    done = await rollout.service.client.post(path, json=body, headers=headers)
    assert done.status_code == 200, done.text
    assert (await alive(rollout))["HAN-I1"] == 1
