"""When people, units and rooms can, and how many may be away: given, refused, and read as windows of time."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.training.availability.service import AvailabilityService
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_roster

URL = "/training/v1/availabilities"
CAPS = "/training/v1/absence-caps"
BASE = {"subject": "everybody", "kind": "busy", "startsOn": "2027-03-22", "endsOn": "2027-04-04"}


async def post(training: ServiceUnderTest, body: dict[str, Any], *roles: str, url: str = URL) -> Any:
    return await training.client.post(url, json=body, headers=training.as_(*(roles or (LEADER,))))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"endsOn": "2027-03-01"}, "endsOn must not be before startsOn"),
        ({"endsOn": "2031-03-01"}, "800 days"),
        ({"fromTime": "13:00", "toTime": "13:00"}, "toTime must be later"),
        ({"fromTime": "13:00"}, "both fromTime and toTime"),
        ({"fromTime": "02:30", "toTime": "05:00"}, "clocks in Europe/Stockholm change on 2027-03-28"),
        ({"endsOn": "2027-11-01", "fromTime": "01:00", "toTime": "02:15", "weekdays": [7]}, "2027-03-28"),
        ({"startsOn": "2027-10-31", "endsOn": "2027-10-31", "fromTime": "02:30", "toTime": "05:00"}, "2027-10-31"),
        ({"zone": "Europe/Atlantis"}, "IANA"),
        ({"weekdays": [8]}, "7"),
        ({"subject": "person"}, "subjectId"),
        ({"subjectId": str(uuid4())}, "subjectId"),
        ({"subject": "unit", "subjectId": str(uuid4())}, "There is none"),
        ({"subject": "room", "subjectId": str(uuid4())}, "There is none"),
        ({"subject": "person", "subjectId": str(uuid4())}, "There is none"),
        ({"startsOn": 20270322}, "2026-08-17"),
    ],
)
async def test_hours_that_make_no_sense_are_refused(training: ServiceUnderTest, change: Any, words: str) -> None:
    answer = await post(training, BASE | change)
    assert (answer.status_code, words in answer.text) == (422, True), answer.text


async def test_hours_outside_the_night_of_the_change_keep_their_local_clock(training: ServiceUnderTest) -> None:
    weekend = {"subject": "everybody", "kind": "free", "weekdays": [6, 7], "fromTime": "09:00", "toTime": "12:00"}
    made = await post(training, BASE | weekend | {"startsOn": "2027-03-27", "endsOn": "2027-03-28"})
    assert made.status_code == 201
    whole = {"subject": "everybody", "kind": "busy", "startsOn": "2027-03-28", "endsOn": "2027-03-28"}
    assert (await post(training, whole)).status_code == 201
    async with training.database.transaction(training.tenant) as session:
        hours = await AvailabilityService(session).hours(
            datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 3, 30, tzinfo=UTC)
        )

    def clock(at: int) -> str:
        return datetime.fromtimestamp(at, UTC).strftime("%d %H:%M")

    found = hours["everybody", None]
    assert [[clock(at) for at in span] for span in found.free] == [["27 08:00", "27 11:00"], ["28 07:00", "28 10:00"]]
    assert [[clock(at) for at in span] for span in found.busy] == [["27 23:00", "28 22:00"]]  # 23 hours long


async def test_a_head_speaks_for_the_own_unit_and_its_people_alone(training: ServiceUnderTest) -> None:
    roster = await create_roster(training, people=1)
    unit, [person] = roster["unit"], roster["people"]
    mine, other = f"unit_head@{unit}", f"unit_head@{uuid4()}"
    for subject, subject_id in (("unit", unit), ("person", person)):
        body = BASE | {"subject": subject, "subjectId": str(subject_id)}
        assert (await post(training, body, other)).status_code == 403
        assert (await post(training, body, mine)).status_code == 201
    assert (await post(training, BASE, mine)).status_code == 403
    listed = await training.client.get(f"{URL}?subject=person&subjectId={person}", headers=training.as_(mine))
    [row] = listed.json()["items"]
    url = f"{URL}/{row['id']}"
    gone = {"If-Match": '"1"'}
    assert (await training.client.delete(url, headers=training.as_(other) | gone)).status_code == 404
    assert (await training.client.delete(url, headers=training.as_(mine))).status_code == 428
    assert (await training.client.delete(url, headers=training.as_(mine) | gone)).status_code == 204
    assert (await training.client.get(url, headers=training.as_(mine))).status_code == 404


async def test_a_role_at_a_unit_reads_the_hours_of_its_people_and_of_everybody(training: ServiceUnderTest) -> None:
    roster = await create_roster(training, people=1)
    unit, made = str(roster["unit"]), await post(training, {"name": "Aulan"}, url="/training/v1/rooms")
    subjects = {"everybody": None, "room": made.json()["id"], "unit": unit, "person": str(roster["people"][0])}
    rows = {}
    for subject, subject_id in subjects.items():
        given = await post(training, BASE | {"subject": subject} | ({"subjectId": subject_id} if subject_id else {}))
        assert given.status_code == 201, given.text
        rows[subject] = f"{URL}/{given.json()['id']}"
    cases = (
        (f"unit_head@{unit}", set(rows)),
        (f"trainer@{uuid4()}", {"everybody", "room"}),
        ("auditor@*", set(rows)),
    )
    for role, seen in cases:
        headers = training.as_(role)
        listed = (await training.client.get(URL, headers=headers)).json()["items"]
        assert {row["subject"] for row in listed} == seen, role
        for subject, url in rows.items():
            status = (await training.client.get(url, headers=headers)).status_code
            assert status == (200 if subject in seen else 404), (role, subject)


async def test_a_cap_is_a_percentage_once_for_each_unit(training: ServiceUnderTest) -> None:
    unit = str((await create_roster(training))["unit"])
    for percent in (-1, 101, 12.5, "20", None):
        assert (await post(training, {"percent": percent}, url=CAPS)).status_code == 422
    assert (await post(training, {"percent": 20}, "trainer@*", url=CAPS)).status_code == 403
    made = await post(training, {"percent": 20}, url=CAPS)
    assert made.status_code == 201
    twice = await post(training, {"percent": 30}, url=CAPS)
    assert (twice.status_code, twice.json()["absenceCapId"]) == (409, made.json()["id"])
    assert (await post(training, {"unitId": unit, "percent": 0}, url=CAPS)).status_code == 201
    assert (await post(training, {"unitId": str(uuid4()), "percent": 0}, url=CAPS)).status_code == 422
    url, seen = f"{CAPS}/{made.json()['id']}", training.as_(LEADER) | {"If-Match": '"1"'}
    changed = await training.client.patch(url, json={"percent": 100}, headers=seen)
    assert (changed.status_code, changed.json()["percent"], changed.headers["etag"]) == (200, 100, '"2"')
    assert (await training.client.delete(url, headers=seen)).status_code == 412
    async with training.database.transaction(training.tenant) as session:
        assert await AvailabilityService(session).percents() == {None: 100, UUID(unit): 0}
