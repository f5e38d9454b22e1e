"""Meetings over HTTP: series, distance, agendas that add up, minutes, decisions, things to do, and being late."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, LEADER, Rollout
from tests.projects.steering import make, make_body, make_decision, patch, post, read

MONTHLY = {"per": "month", "timesMin": 1, "timesMax": 1, "durationMinutes": 120}
WORKSHOPS = {"per": "two_weeks", "timesMin": 0, "timesMax": 1, "minIntervalDays": 14}
SERIES = {"title": "Styrgrupp", "startsOn": "2027-03-01", "endsOn": "2027-12-31", "weekday": 2, "localStart": "13:00"}
MEETING = {"title": "Möte", "heldOn": "2027-04-20", "localStart": "10:00", "durationMinutes": 360}
AGENDA = [("10:00", 15), ("10:15", 25), ("10:40", 15), ("10:55", 10), ("11:05", 15), ("11:20", 15), ("11:35", 40)]


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


async def monthly_body(rollout: Rollout, **more: Any) -> dict[str, Any]:
    return await make_body(rollout, cadence={"implementation": MONTHLY}, summonsDays=14, **more)


async def put(rollout: Rollout, path: str, body: Any, version: int, **claims: Any) -> Any:
    headers = rollout.service.as_(LEADER, APPROVER, **claims) | {"If-Match": f'"{version}"'}
    return await rollout.service.client.put(f"/projects/v1{path}", json=body, headers=headers)


async def test_a_series_follows_the_cadence_and_keeps_its_hour_over_the_summer(rollout: Rollout) -> None:
    body = await monthly_body(rollout)
    series = await make(rollout, f"/bodies/{body['id']}/meeting-series", SERIES)
    assert (series["meetings"], series["leftOut"], series["durationMinutes"]) == (10, 0, 120)
    listed = (await read(rollout, f"/projects/{rollout.id}/meetings?bodyId={body['id']}"))["items"]
    assert len({row["heldOn"][:7] for row in listed}) == 10
    assert {date.fromisoformat(row["heldOn"]).isoweekday() for row in listed} == {2}
    assert {row["startsAt"][11:16] for row in listed} == {"11:00", "12:00"}
    assert {row["localStart"] for row in listed} == {"13:00:00"}
    first = listed[0]
    assert (date.fromisoformat(first["heldOn"]) - date.fromisoformat(first["summonBy"])).days == 14


async def test_no_meeting_falls_on_a_day_that_the_calendar_frees(rollout: Rollout) -> None:
    weekly = {"implementation": {"per": "week", "timesMin": 1, "timesMax": 1}}
    body = await make_body(rollout, cadence=weekly)
    june = SERIES | {"startsOn": "2027-06-01", "endsOn": "2027-06-30", "weekday": 5}
    await make(rollout, f"/bodies/{body['id']}/meeting-series", june)
    listed = (await read(rollout, f"/projects/{rollout.id}/meetings?bodyId={body['id']}"))["items"]
    days = [row["heldOn"] for row in listed]
    assert "2027-06-18" in days
    assert "2027-06-25" not in days  # the eve of midsummer is free in fact, if not by law
    assert "2027-06-24" in days


async def test_a_series_needs_a_cadence_of_the_present_stage_and_stays_inside_it(rollout: Rollout) -> None:
    vague = await make_body(rollout, "operative", cadence={"implementation": {"stated": False}})
    none = await post(rollout, f"/bodies/{vague['id']}/meeting-series", SERIES)
    assert (none.status_code, none.json()["type"].rsplit("/", 1)[-1]) == (409, "cadence-without-period")
    body = await monthly_body(rollout)
    more = await post(rollout, f"/bodies/{body['id']}/meeting-series", SERIES | {"timesPerPeriod": 2})
    assert (more.status_code, more.json()["errors"][0]["pointer"]) == (422, "#/timesPerPeriod")
    back = await post(rollout, f"/bodies/{body['id']}/meeting-series", SERIES | {"endsOn": "2026-01-01"})
    zone = await post(rollout, f"/bodies/{body['id']}/meeting-series", SERIES | {"zone": "Mars/Olympus"})
    assert (back.status_code, zone.status_code) == (422, 422)


async def test_a_series_made_twice_makes_no_meeting_twice_and_ends_with_what_lies_ahead(rollout: Rollout) -> None:
    body = await monthly_body(rollout)
    path = f"/bodies/{body['id']}/meeting-series"
    series = await make(rollout, path, SERIES)
    assert (await make(rollout, path, SERIES))["meetings"] == 0
    headers = rollout.service.as_(LEADER) | {"If-Match": '"1"'}
    answer = await rollout.service.client.delete(f"/projects/v1/meeting-series/{series['id']}", headers=headers)
    assert answer.status_code == 204
    shown = await read(rollout, f"/meeting-series/{series['id']}")
    assert shown["meetings"] == 0
    assert shown["endedAt"] is not None


async def test_workshops_closer_than_two_weeks_are_refused_naming_both(rollout: Rollout) -> None:
    cadence = {"implementation": WORKSHOPS}
    body = await make_body(rollout, "experts", level="advisory", mandate="advisory", cadence=cadence)
    path = f"/bodies/{body['id']}/meetings"
    first = await make(rollout, path, MEETING)
    close = await post(rollout, path, MEETING | {"heldOn": "2027-05-03"})
    assert close.status_code == 409
    problem = close.json()
    assert problem["meetings"] == [
        {"meetingId": None, "heldOn": "2027-05-03"},
        {"meetingId": first["id"], "heldOn": "2027-04-20"},
    ]
    second = await make(rollout, path, MEETING | {"heldOn": "2027-05-04"})
    moved = await patch(rollout, f"/meetings/{second['id']}", {"heldOn": "2027-05-01"})
    assert [one["meetingId"] for one in moved.json()["meetings"]] == [second["id"], first["id"]]
    await patch(rollout, f"/meetings/{first['id']}", {"state": "cancelled"})
    assert (await patch(rollout, f"/meetings/{second['id']}", {"heldOn": "2027-05-01"})).status_code == 200


async def test_no_meeting_before_the_body_works(rollout: Rollout) -> None:
    body = await make_body(rollout, activePhase="p4")
    answer = await post(rollout, f"/bodies/{body['id']}/meetings", MEETING)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "body-not-at-work")


async def test_the_agenda_of_a_day_adds_up(rollout: Rollout) -> None:
    body = await make_body(rollout)
    meeting = await make(rollout, f"/bodies/{body['id']}/meetings", MEETING)
    items = [{"title": f"Punkt {start}", "minutes": minutes, "startsAt": start} for start, minutes in AGENDA]
    set_ = await put(rollout, f"/meetings/{meeting['id']}/agenda", {"items": items}, 1)
    assert set_.status_code == 200, set_.text
    shown = set_.json()
    assert [(one["startsAt"][:5], one["minutes"]) for one in shown["agenda"]] == AGENDA
    assert shown["agenda"][-1]["endsAt"] == "12:15:00"
    assert shown["unallocatedMinutes"] == 360 - 135
    wrong = [items[0], items[1] | {"startsAt": "10:20"}, items[2] | {"minutes": 600}]
    refused = await put(rollout, f"/meetings/{meeting['id']}/agenda", {"items": wrong}, 2)
    assert refused.status_code == 422
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [
        ("#/items/1/startsAt", "does_not_add_up"),
        ("#/items", "too_long"),
    ]
    assert (await put(rollout, f"/meetings/{meeting['id']}/agenda", {"items": []}, 1)).status_code == 412
    shorter = await patch(rollout, f"/meetings/{meeting['id']}", {"durationMinutes": 60}, version=2)
    assert (shorter.status_code, shorter.json()["errors"][0]["pointer"]) == (422, "#/durationMinutes")


async def test_a_meeting_is_held_on_its_day_and_then_takes_minutes_alone(rollout: Rollout) -> None:
    body = await make_body(rollout)
    meeting = await make(rollout, f"/bodies/{body['id']}/meetings", MEETING)
    path = f"/meetings/{meeting['id']}"
    with frozen(at(2027, 4, 19)):
        assert (await patch(rollout, path, {"state": "held"})).status_code == 409
    account = new_id()
    with frozen(at(2027, 4, 20)):
        held = await patch(rollout, path, {"state": "held", "minutes": "Planen godkändes."}, LEADER, subject=account)
        assert held.status_code == 200, held.text
        assert (held.json()["state"], held.json()["minutesBy"]) == ("held", str(account))
        assert (await patch(rollout, path, {"heldOn": "2027-04-21"}, version=2)).status_code == 409
        more = await patch(rollout, path, {"minutes": "Planen godkändes enhälligt."}, version=2)
        assert more.status_code == 200
    journal = (await rollout.get(f"/journal-entries?entityId={meeting['id']}")).text
    assert "godkändes" not in journal


async def test_what_a_meeting_gives_people_to_do_are_activities_of_the_plan(rollout: Rollout) -> None:
    body = await make_body(rollout)
    meeting = await make(rollout, f"/bodies/{body['id']}/meetings", MEETING)
    path = f"/meetings/{meeting['id']}/action-items"
    there = await rollout.activity("HAN-A1.01")
    await make(rollout, path, {"activityId": there["id"]})
    assert (await post(rollout, path, {"activityId": there["id"]})).status_code == 409
    new = await make(rollout, path, {"title": "Beställ testkonton", "dueOn": "2027-05-04"})
    activity = await read(rollout, f"/activities/{new['activityId']}")
    assert (activity["title"]["sv"], activity["window"]["end"], activity["kind"]) == (
        "Beställ testkonton",
        "2027-05-04",
        "task",
    )
    assert (await read(rollout, f"/meetings/{meeting['id']}"))["activityIds"] == [there["id"], activity["id"]]
    assert (await post(rollout, path, {})).status_code == 422
    assert (await post(rollout, path, {"activityId": str(new_id())})).status_code == 404


async def test_a_meeting_decides_for_its_body_and_an_advisory_one_does_not(rollout: Rollout) -> None:
    board = await make_body(rollout)
    reference = await make_body(rollout, "reference", level="advisory", mandate="advisory")
    decision = await make_decision(rollout)
    said = {"decisionId": decision["id"], "outcome": "Ja, i augusti"}
    with frozen(at(2027, 4, 19)):
        meetings = [
            await make(rollout, f"/bodies/{body['id']}/meetings", MEETING | {"heldOn": "2027-04-19"})
            for body in (reference, board)
        ]
        later = await make(rollout, f"/bodies/{board['id']}/meetings", MEETING)
        assert (await post(rollout, f"/meetings/{later['id']}/decisions", said)).status_code == 409
        heard = await post(rollout, f"/meetings/{meetings[0]['id']}/decisions", said)
        assert heard.json()["type"].endswith("/advisory-body-cannot-decide")
        supplier = await post(rollout, f"/meetings/{meetings[1]['id']}/decisions", said, APPROVER, side="supplier")
        assert supplier.status_code == 403
        taken = await make(rollout, f"/meetings/{meetings[1]['id']}/decisions", said)
        assert (taken["bodyId"], taken["meetingId"]) == (board["id"], meetings[1]["id"])
        assert (await read(rollout, f"/meetings/{meetings[1]['id']}"))["decisionIds"] == [decision["id"]]


async def test_a_body_is_due_then_overdue_and_on_time_again_when_it_meets(rollout: Rollout) -> None:
    body = await monthly_body(rollout)
    path, meetings = f"/bodies/{body['id']}/cadence", f"/bodies/{body['id']}/meetings"
    seen = []
    for now in (at(2027, 2, 28), at(2027, 3, 10), at(2027, 3, 31), at(2027, 4, 1)):
        with frozen(now):
            seen.append((await read(rollout, path))["state"])
    assert seen == ["not_active", "due", "due", "overdue"]
    with frozen(at(2027, 4, 20)):
        shown = await read(rollout, path)
        assert [(one["start"], one["held"]) for one in shown["missed"]] == [("2027-03-01", 0)]
        assert shown["dueOn"] == "2027-04-30"
        meeting = await make(rollout, meetings, MEETING)
        assert (await read(rollout, path))["planned"] == 1
        await patch(rollout, f"/meetings/{meeting['id']}", {"state": "held"})
        shown = await read(rollout, path)
        assert (shown["state"], shown["current"]["held"], len(shown["missed"])) == ("met", 1, 1)
    with frozen(at(2027, 6, 1)):
        assert (await read(rollout, path))["state"] == "overdue"


@pytest.mark.parametrize(
    ("cadence", "state"),
    [
        ({}, "not_stated"),
        ({"implementation": {"stated": False}}, "not_stated"),
        ({"implementation": {"orAsNeeded": True}}, "as_needed"),
        ({"implementation": WORKSHOPS}, "met"),
        ({"management": MONTHLY}, "not_stated"),
    ],
)
async def test_nothing_is_late_where_nothing_is_owed(rollout: Rollout, cadence: dict[str, Any], state: str) -> None:
    body = await make_body(rollout, cadence=cadence)
    with frozen(at(2028, 6, 1)):
        assert (await read(rollout, f"/bodies/{body['id']}/cadence"))["state"] == state


async def test_each_side_plans_the_meetings_of_its_own_and_joint_bodies(rollout: Rollout) -> None:
    joint = await make_body(rollout)
    customers = await make_body(rollout, "internal", side="customer")
    for body, expected in ((joint, 201), (customers, 403)):
        answer = await post(rollout, f"/bodies/{body['id']}/meetings", MEETING, LEADER, side="supplier")
        assert answer.status_code == expected
