"""Plans of other tools: Microsoft Project with its surprises, and Asana's exports."""

import json
from typing import Any

import pytest
from lxml import etree

from services.projects.interchange.mspdi import NAMESPACE
from tests.projects.conftest import CreateRollout, Rollout
from tests.projects.interchange.files import Judged, export, judge, post, send

NS = {"p": NAMESPACE}


@pytest.fixture
async def rollout(create_rollout: CreateRollout) -> Rollout:
    return await create_rollout(templateVersion="1.1.0")


def foreign(*tasks: str, rest: str = "") -> bytes:
    body = "".join(f"<Task>{task}</Task>" for task in tasks)
    head = "<Name>Annan plan</Name><MinutesPerDay>480</MinutesPerDay>"
    return f'<Project xmlns="{NAMESPACE}">{head}{rest}<Tasks>{body}</Tasks></Project>'.encode()


def task(uid: int | None, name: str, level: int = 2, **more: Any) -> str:
    links = more.pop("links", "")
    values = {"UID": uid, "ID": uid or 99, "Name": name, "OutlineLevel": level} | more
    return "".join(f"<{key}>{value}</{key}>" for key, value in values.items() if value is not None) + str(links)


def link(uid: int, kind: int = 1, lag: int = 0, lag_format: int = 7) -> str:
    return (
        f"<PredecessorLink><PredecessorUID>{uid}</PredecessorUID><Type>{kind}</Type>"
        f"<LinkLag>{lag}</LinkLag><LagFormat>{lag_format}</LagFormat></PredecessorLink>"
    )


async def phases(rollout: Rollout) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await rollout.get(f"/projects/{rollout.id}/phases")).json()["items"]
    return listed


async def rows(rollout: Rollout) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    path: str | None = f"/projects/{rollout.id}/activities?limit=200"
    while path:
        page = (await rollout.get(path)).json()
        found |= {row["title"]["sv"]: row for row in page["items"]}
        after = page["_links"]["next"]
        path = after["href"].partition("/projects/v1")[2] if after else None
    return found


async def taken(judged: Judged) -> None:
    answer = await judged.apply()
    assert answer.status_code == 200, (answer.text, await judged.findings("error"))


async def test_a_foreign_plan_is_taken_in_with_its_surprises_told(rollout: Rollout) -> None:
    first = (await phases(rollout))[0]
    content = foreign(
        task(1, first["title"]["sv"], 1, Summary=1, Manual=1, Start="2027-01-01T08:00:00"),
        task(2, "Underrubrik", 2, Summary=1),
        task(3, "Bygg", 3, Start="2027-03-01T08:00:00", Finish="2027-03-05T17:00:00", Duration="PT40H0M0S",
             DurationFormat=7, PercentComplete=100),
        task(4, "Testa", 3, Manual=1, PercentComplete=10, links=link(3, 1, -9600) + link(1)),
        task(5, "Härda", 3, Start="2027-03-08T08:00:00", Finish="2027-03-08T17:00:00", Duration="PT24H0M0S",
             DurationFormat=8, links=link(4, 3, 20160, 8) + link(77)),
        task(6, "Klart", 3, Milestone=1, Start="2027-03-09T08:00:00", Finish="2027-03-09T08:00:00", Duration="PT0H0M0S",
             links=link(5, 0, 50, 19)),
        task(None, "Utan nummer", 3),
        task(3, "Samma nummer", 3),
        rest="<Calendars><Calendar><UID>3</UID><Name>Nattskift</Name><IsBaseCalendar>1</IsBaseCalendar></Calendar>"
        "</Calendars><Assignments><Assignment><ResourceUID>1</ResourceUID></Assignment></Assignments>",
    )  # fmt: skip
    judged = await send(rollout, content)
    assert {
        "summary_row", "manual_without_dates", "link_to_summary", "elapsed_lag", "elapsed_duration", "link_unknown",
        "percent_lag", "uid_missing", "uid_twice", "calendar_not_read", "people_left_out",
    } <= await judged.codes()  # fmt: skip
    assert (await judged.apply(all_or_nothing=False)).status_code == 200
    found = await rows(rollout)
    assert found["Bygg"]["state"] == "done"
    assert found["Bygg"]["section"]["sv"] == "Underrubrik"
    assert found["Bygg"]["phaseId"] == first["id"]
    assert found["Testa"]["window"] is None
    assert found["Klart"]["kind"] == "milestone"
    listed = (await rollout.get(f"/projects/{rollout.id}/dependencies?activityId={found['Testa']['id']}")).json()
    kinds = {(one["type"], one["lagDays"]) for one in listed["items"]}
    assert kinds == {("FS", -2), ("SS", 1)}
    again = await send(rollout, content)
    assert await again.changes() == []


async def test_what_somebody_moved_in_microsoft_project_is_the_one_change(rollout: Rollout) -> None:
    root = etree.fromstring(await export(rollout, "mspdi"))
    moved = next(
        one
        for one in root.iterfind("p:Tasks/p:Task", NS)
        if one.findtext("p:Manual", None, NS) == "1" and one.find("p:Start", NS) is not None
    )
    for name, value in (("Start", "2029-03-06T08:00:00"), ("Finish", "2029-03-08T17:00:00"), ("PercentComplete", "40")):
        element = moved.find(f"p:{name}", NS)
        assert element is not None
        element.text = value
    judged = await send(rollout, etree.tostring(root))
    assert await judged.findings("error") == []
    (change,) = await judged.changes()
    after = {one["field"]: one["after"] for one in change["fields"]}
    assert (after["start"], after["end"], after["state"]) == ("2029-03-06", "2029-03-08", "started")
    assert after.get("precision", "day") == "day"


async def test_every_task_of_ours_has_a_number_that_stays(rollout: Rollout) -> None:
    roots = [etree.fromstring(await export(rollout, "mspdi", lang)) for lang in ("sv", "en")]
    numbers = [[one.findtext("p:UID", None, NS) for one in root.iterfind("p:Tasks/p:Task", NS)] for root in roots]
    assert numbers[0] == numbers[1]
    assert len(set(numbers[0])) == len(numbers[0])


ASANA_CSV = (
    "Task ID,Created At,Completed At,Last Modified,Name,Section/Column,Assignee,Assignee Email,Start Date,Due Date,"
    "Tags,Notes,Projects,Parent task,Blocked By (Dependencies),Blocking (Dependencies)\n"
    "11,2026-11-01,,2026-11-02,Boka lokal,Förberedelser,Kim Ek,kim@example.se,,2027-03-05,,,P,,,\n"
    "12,2026-11-01,2026-11-03,2026-11-03,Skriv inbjudan,Förberedelser,,,2027-03-08,2027-03-09,,,P,,Boka lokal,\n"
    "13,2026-11-01,,2026-11-03,Korrekturläs,,,,,03/10/2027,,,P,Skriv inbjudan,,\n"
)


async def test_asana_comes_in_without_people_and_updates_what_it_brought(rollout: Rollout) -> None:
    key = (await phases(rollout))[1]["key"]
    judged = await send(rollout, ASANA_CSV.encode())
    assert judged.row["format"] == "asana-csv"
    assert judged.row["counts"]["refused"] == 3
    again = await post(
        rollout, f"/imports/{judged.row['id']}/dry-runs", json={"sections": {"Förberedelser": key}, "defaultPhase": key}
    )
    assert again.status_code == 202
    judged = await judge(rollout, judged.row["id"])
    assert {"people_left_out", "phase_assumed"} <= await judged.codes()
    assert "kim@example.se" not in json.dumps([await judged.findings(), await judged.changes()])
    await taken(judged)
    found = await rows(rollout)
    assert found["Korrekturläs"]["section"]["sv"] == "Skriv inbjudan"
    assert found["Korrekturläs"]["window"]["start"] == "2027-03-10"
    assert found["Skriv inbjudan"]["state"] == "done"
    changed = ASANA_CSV.replace("Boka lokal", "Boka stor lokal")
    query = f"?defaultPhase={key}"
    second = await send(rollout, changed.encode(), query=query)
    kinds = [(one["kind"], [field["field"] for field in one["fields"]]) for one in await second.changes()]
    assert ("updated", ["title"]) in kinds
    assert "created" not in {kind for kind, _ in kinds}


async def test_asana_json_brings_subtasks_dependencies_and_milestones(rollout: Rollout) -> None:
    key = (await phases(rollout))[0]["key"]
    member = {"memberships": [{"section": {"name": "Start"}}]}
    data = [
        {"gid": "1", "name": "Avtal", "due_on": "2027-02-01", "completed": False, "assignee": {"gid": "9"}, **member,
         "subtasks": [{"gid": "2", "name": "Bilaga", "completed": True}]},
        {"gid": "3", "name": "Signerat", "resource_subtype": "milestone", "dependencies": [{"gid": "1"}], **member},
    ]  # fmt: skip
    judged = await send(rollout, json.dumps({"data": data}).encode(), query=f"?defaultPhase={key}")
    assert judged.row["format"] == "asana-json"
    await taken(judged)
    found = await rows(rollout)
    assert found["Bilaga"]["section"]["sv"] == "Avtal"
    assert found["Signerat"]["kind"] == "milestone"
    listed = (await rollout.get(f"/projects/{rollout.id}/dependencies?activityId={found['Avtal']['id']}")).json()
    assert len(listed["items"]) == 1
