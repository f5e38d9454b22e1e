"""Signals follow the rows: they rise when something goes wrong and fall when it is mended, without anybody's word."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.contracts.sync_access import AccountSeen
from shared.kit import clock
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol
from tests.training.signal.facts import held, key_persons, refresh, see, set_wave, signal

ROLE = "key_person"
STOCKHOLM = ZoneInfo("Europe/Stockholm")


async def test_who_stays_away_lowers_attendance_until_they_come_another_time(training: ServiceUnderTest) -> None:
    school = await key_persons(training, 3)
    first, second, third = school["people"]
    await held(training, school["course"], {first: "attended", second: "no_show", third: ""})
    seen = {"invited": 2, "attended": 1, "no_show": 1, "unmarked": 1}
    assert await signal(training, "attendance", ROLE) == seen
    assert await signal(training, "attendance", ROLE, school["unit"]) == seen
    assert await signal(training, "missed", ROLE) == {"missed": 1}
    coming = await create_session(training, school["course"], minutes=600)
    await enrol(training, coming, second)
    assert await signal(training, "missed", ROLE) == {}
    await held(training, school["course"], {second: "partial", third: "attended"}, minutes=-140)
    assert await signal(training, "attendance", ROLE) == {"invited": 3, "attended": 3}


async def test_a_unit_without_a_trained_key_person_is_red_two_weeks_before_it_goes_live(
    training: ServiceUnderTest,
) -> None:
    school = await key_persons(training)
    unit, person = school["unit"], school["people"][0]
    shared = {"appointed": 2, "units": 1}
    assert await signal(training, "key_persons", unit=unit) == shared | {"unbooked": 2, "missing": 1}
    for days, more in ((29, {}), (15, {"without_time": 2}), (14, {"without_time": 2, "red": 1})):
        goes = (clock.today() + timedelta(days=days)).isoformat()
        await set_wave(training, unit, goes)
        wanted = shared | {"unbooked": 2, "missing": 1, "goes_live_on": goes} | more
        assert await signal(training, "key_persons", unit=unit) == wanted
    coming = await create_session(training, school["course"], minutes=600)
    await enrol(training, coming, school["people"][1])
    assert (await signal(training, "key_persons"))["without_time"] == 1
    await held(training, school["course"], {person: "attended"})
    assert await signal(training, "key_persons") == shared | {"trained": 1}


async def test_a_key_person_whose_seat_was_lost_was_not_given_time(training: ServiceUnderTest) -> None:
    school = await key_persons(training, 1)
    coming = await create_session(training, school["course"], minutes=600)
    made = (await enrol(training, coming, school["people"][0])).json()
    assert "unbooked" not in await signal(training, "key_persons")
    headers = training.as_(LEADER) | {"If-Match": f'"{made["version"]}"'}
    gone = await training.client.post(f"/training/v1/enrolments/{made['id']}/cancellations", headers=headers)
    assert gone.status_code == 201, gone.text
    found = await signal(training, "key_persons")
    assert (found["unbooked"], found["without_time"]) == (1, 1)


async def test_a_key_person_needs_a_seat_in_each_course_and_a_move_loses_none(training: ServiceUnderTest) -> None:
    school = await key_persons(training, 1)
    [person], first = school["people"], school["course"]
    second = await create_course(training, "second", (ROLE,))
    here, there = [await create_session(training, first, minutes=each) for each in (600, 900)]
    made = (await enrol(training, here, person)).json()
    assert (await signal(training, "key_persons"))["unbooked"] == 1, "the second course"
    headers = training.as_(LEADER) | {"If-Match": f'"{made["version"]}"'}
    url, body = f"/training/v1/enrolments/{made['id']}/moves", {"sessionId": there}
    assert (await training.client.post(url, json=body, headers=headers)).status_code == 201
    assert "without_time" not in await signal(training, "key_persons"), "the seat was moved"
    await enrol(training, await create_session(training, second, minutes=1200), person)
    assert "unbooked" not in await signal(training, "key_persons")


ENDED = timedelta(minutes=-180) + timedelta(hours=2)


@pytest.mark.parametrize(
    ("account", "sight", "hours", "state"),
    [
        ({"is_active": True, "used": 0}, {}, 25, "granted"),
        ({"is_active": True, "used": -14}, {}, 25, "granted"),
        ({"is_active": True, "used": -15}, {}, 25, "missing"),
        ({"is_active": True, "used": -15}, {}, 20, "pending"),
        ({"is_active": True, "used": -15}, {"tells_login": False}, 25, "unknown"),
        ({"is_active": True, "used": None}, {}, 25, "missing"),
        ({"is_active": False, "used": 0}, {}, 25, "missing"),
        (None, {}, 25, "missing"),
        (None, {"is_whole": False}, 25, "unknown"),
        (None, {"seen": -3}, 25, "unknown"),
        (None, {"comparison_id": None}, 25, "unknown"),
        (None, None, 25, "unknown"),
    ],
)
async def test_only_what_the_platform_showed_since_the_session_counts_as_access(
    training: ServiceUnderTest,
    account: dict[str, object] | None,
    sight: dict[str, object] | None,
    hours: int,
    state: str,
) -> None:
    school = await key_persons(training, 1)
    await held(training, school["course"], {school["people"][0]: "attended"})
    ended = clock.now() + ENDED
    if sight is not None:
        seen = dict(sight)
        at = ended + timedelta(hours=seen.pop("seen", 1))  # type: ignore[arg-type]
        rows = []
        if account is not None:
            used = account["used"]
            day = None if used is None else ended.date() + timedelta(days=used)  # type: ignore[arg-type]
            active = bool(account["is_active"])
            rows = [AccountSeen(person_id=school["people"][0], is_active=active, last_login_on=day)]
        await see(training, rows, at, **seen)
    with clock.frozen(ended + timedelta(hours=hours)):
        assert await signal(training, "access", ROLE) == {"trained": 1, state: 1}
        assert await signal(training, "access", ROLE, school["unit"]) == {"trained": 1, state: 1}
        url, headers = "/training/v1/access-states", training.as_("unit_head@" + str(school["unit"]), acr=STRONG)
        rows = (await training.client.get(url, headers=headers)).json()["items"]
    shown = [state] if state in ("missing", "unknown") else []
    assert [row["state"] for row in rows] == shown


STRONG = "urn:startklar:loa:strong"


async def test_a_session_needs_a_trainer_who_is_still_there_and_a_backup(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    course = await create_course(training)
    session = await create_session(training, course, minutes=600)
    lacking = {"sessions": 1, "without_trainer": 1}
    assert await signal(training, "trainer_capacity") == lacking
    url, headers = f"/training/v1/sessions/{session}", training.as_(LEADER)
    first, second = [str(person) for person in roster["people"][:2]]
    for version, (trainers, wanted) in enumerate(
        (
            ([{"personId": first}], {"sessions": 1, "without_backup": 1}),
            ([{"personId": first}, {"personId": second, "duty": "backup"}], {"sessions": 1}),
        ),
        start=1,
    ):
        changed = await training.client.patch(
            url, json={"trainers": trainers}, headers=headers | {"If-Match": f'"{version}"'}
        )
        assert changed.status_code == 200, changed.text
        assert await signal(training, "trainer_capacity") == wanted
    for given, wanted in (
        ({"subjectId": second, "kind": "busy"}, {"sessions": 1, "without_backup": 1}),
        ({"subjectId": first, "kind": "free", "weekdays": [_other_weekday()]}, lacking | {"unavailable": 1}),
    ):
        day = (clock.now() + timedelta(minutes=600)).astimezone(STOCKHOLM).date().isoformat()
        hours = {"subject": "person", "startsOn": day, "endsOn": day, "weekdays": [1, 2, 3, 4, 5, 6, 7]} | given
        if given["kind"] == "free":
            hours |= {"endsOn": (clock.today() + timedelta(days=9)).isoformat()}
        made = await training.client.post("/training/v1/availabilities", json=hours, headers=headers)
        assert made.status_code == 201, made.text
        assert await signal(training, "trainer_capacity") == wanted


def _other_weekday() -> int:
    """Not the day of a session in ten hours, whatever the zone."""
    return ((clock.now() + timedelta(minutes=600)).isoweekday() + 2) % 7 + 1


async def test_a_course_is_full_while_people_wait_and_no_session_has_a_seat(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    course = await create_course(training)
    session = await create_session(training, course, minutes=600, capacity=1)
    for person in roster["people"][:2]:
        await enrol(training, session, person)
    assert await signal(training, "course_demand", course) == {"waiting": 1}
    await create_session(training, course, minutes=900, capacity=4)
    assert await signal(training, "course_demand", course) == {"waiting": 1, "free": 4}
    made = await training.client.patch(
        f"/training/v1/sessions/{session}", json={"capacity": 2}, headers=training.as_(LEADER) | {"If-Match": '"3"'}
    )
    assert made.status_code == 200, made.text
    assert await signal(training, "course_demand", course) == {}


async def test_an_unchanged_signal_is_not_told_again_and_a_head_sees_the_own_unit_alone(
    training: ServiceUnderTest,
) -> None:
    school = await key_persons(training)
    await held(training, school["course"], {school["people"][0]: "no_show"})
    assert await refresh(training) > 0
    assert await refresh(training) == 0
    url = "/training/v1/signals"
    head = (await training.client.get(url, headers=training.as_(f"unit_head@{school['unit']}"))).json()["items"]
    assert {row["unitId"] for row in head} == {str(school["unit"])}
    elsewhere = f"unit_head@{school['course']}"
    assert (await training.client.get(url, headers=training.as_(elsewhere))).json()["items"] == []
    assert (await training.client.get(url, headers=training.as_("participant@*"))).status_code == 403
    weak = await training.client.get("/training/v1/access-states", headers=training.as_(LEADER, acr=WEAK))
    assert weak.status_code == 401


WEAK = "urn:startklar:loa:basic"
