"""Rows that are carried out per unit: rolled up, waited for as a whole, each by the calendar of its unit."""

from datetime import UTC, datetime

from shared.kit.clock import frozen
from tests.projects.rows import divide, move, own_row, send, units
from tests.projects.schedule.conftest import Planned

BEFORE = datetime(2027, 2, 1, 12, tzinfo=UTC)
MAY = {"start": "2027-05-03", "end": "2027-05-14", "precision": "day"}
JUNE = {"start": "2027-06-07", "end": "2027-06-18", "precision": "day"}


async def test_a_parent_is_the_span_of_its_units_and_what_follows_waits_for_the_last(planned: Planned) -> None:
    rollout = planned.rollout
    with frozen(BEFORE):
        row = await own_row(rollout, window=MAY, durationDaysMin=5, durationDaysMax=5)
        after = await own_row(rollout, durationDaysMin=1, durationDaysMax=1)
        first, second = await divide(rollout, row["id"], await units(rollout, "Tallskolan", "Åskolan"))
        await planned.post(
            f"/projects/{rollout.id}/dependencies", {"predecessorId": row["id"], "successorId": after["id"]}
        )
        moved = await planned.reschedule({"moves": [{"activityId": second, "window": JUNE}]})
        assert moved.status_code == 201, moved.text
        rows = {each["id"]: each for each in (await planned.schedule())["activities"]}
        assert (rows[row["id"]]["earliestStart"], rows[row["id"]]["earliestFinish"]) == ("2027-05-03", "2027-06-11")
        assert rows[after["id"]]["earliestStart"] == "2027-06-14"
        assert rows[row["id"]]["progress"] == {"total": 2, "started": 0, "done": 0}
        assert rows[first]["totalSlackDays"] > rows[second]["totalSlackDays"]
        await move(rollout, first, "done")
        found = (await rollout.get(f"/activities/{after['id']}/explanations")).json()
    assert [step["activityId"] for step in found["chain"]] == [after["id"], row["id"], second]
    assert "(1 av 2 klara)" in found["sentence"]["sv"]
    assert "Åskolan" in found["sentence"]["sv"]


async def test_moving_a_parent_moves_its_open_units(planned: Planned) -> None:
    rollout = planned.rollout
    with frozen(BEFORE):
        row = await own_row(rollout, window=MAY)
        first, second = await divide(rollout, row["id"], await units(rollout, "Tallskolan", "Åskolan"))
        await move(rollout, first, "done")
        told = await planned.simulate({"moves": [{"activityId": row["id"], "window": JUNE}]})
    assert {each["id"] for each in told.json()["moved"]} == {row["id"], second}


async def test_a_unit_has_its_own_breaks(planned: Planned) -> None:
    rollout = planned.rollout
    with frozen(BEFORE):
        row = await own_row(rollout, window=MAY, durationDaysMin=3, durationDaysMax=3)
        schools = await units(rollout, "Tallskolan", "Åskolan")
        first, second = await divide(rollout, row["id"], schools)
        closed = {
            "kind": "closure",
            "title": {"sv": "Stängt"},
            "startsOn": "2027-05-03",
            "endsOn": "2027-05-07",
            "unitId": schools[1],
        }
        preview = await planned.post("/calendar-change-previews", {"calendarChanges": {"add": [closed]}})
        assert [each["id"] for each in preview.json()["projects"][0]["moved"]] == [row["id"], second]
        await send(rollout, "POST", "/calendar-exceptions", closed)
        rows = {each["id"]: each for each in (await planned.schedule())["activities"]}
    assert [rows[each]["earliestStart"] for each in (first, second)] == ["2027-05-03", "2027-05-10"]
    assert [rows[each]["earliestFinish"] for each in (first, second, row["id"])] == [
        "2027-05-05",
        "2027-05-12",
        "2027-05-12",
    ]


async def test_a_schedule_is_read_as_it_was(planned: Planned) -> None:
    with frozen(datetime(2027, 2, 1, 12, tzinfo=UTC)):
        await planned.link("HAN-A2.04", "HAN-A3.02", lagDays=3)
        first = await planned.schedule()
    with frozen(datetime(2027, 2, 3, 12, tzinfo=UTC)):
        moved = await planned.reschedule(await planned.move("HAN-A2.04", JUNE))
        assert moved.status_code == 201
        now = await planned.schedule()
        then = await planned.schedule(asOf="2027-02-01T23:00:00Z")
    assert now["activities"] != first["activities"]
    assert then["today"] == "2027-02-02"
    assert [row["window"] for row in then["activities"]] == [row["window"] for row in first["activities"]]
