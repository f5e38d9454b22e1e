"""Lists, thresholds, and sessions that are over."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from services.training.attendance.service import AttendanceService
from services.training.attendance.tasks import close_all
from services.training.enrolment.service import EnrolmentService
from services.training.roster.service import RosterService
from services.training.session.service import SessionService
from shared.kit import clock
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol, mark

POLICY = "/training/v1/attendance-policy"


async def states(training: ServiceUnderTest, session: str) -> list[str]:
    answer = await training.client.get(f"/training/v1/sessions/{session}/attendances", headers=training.as_(LEADER))
    return [row["state"] for row in answer.json()["items"]]


async def gaps(training: ServiceUnderTest) -> list[str]:
    answer = await training.client.get("/training/v1/attendance-gaps", headers=training.as_("trainer@*"))
    return [row["sessionId"] for row in answer.json()["items"]]


async def test_who_was_not_seen_did_not_come_only_where_attendance_was_taken(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    course = await create_course(training)
    taken, untaken = [await create_session(training, course, capacity=3, minutes=each) for each in (-10, -9)]
    made = [(await enrol(training, taken, person)).json()["id"] for person in people[:2]]
    await enrol(training, untaken, people[2])
    await mark(training, taken, {made[0]: "attended"})
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert await close_all(Context(training)) == {"settled": 0, "missing": 0}
    with clock.frozen(clock.now() + timedelta(hours=27)):
        assert await close_all(Context(training)) == {"settled": 1, "missing": 1}
        assert await close_all(Context(training)) == {"settled": 0, "missing": 0}
        assert await states(training, taken) == ["attended", "no_show"]
        assert await states(training, untaken) == ["confirmed"]
        assert await gaps(training) == [untaken]
        listed = await training.client.get(f"/training/v1/sessions/{untaken}/enrolments", headers=training.as_(LEADER))
        await mark(training, untaken, {listed.json()["items"][0]["id"]: "attended"})
        assert await states(training, untaken) == ["attended"]
    with clock.frozen(clock.now() + timedelta(hours=54)):
        assert await close_all(Context(training)) == {"settled": 1, "missing": 0}
        assert await gaps(training) == []
    async with training.database.transaction(training.tenant) as db:
        missed = text("SELECT count(*) FROM journal_entry WHERE action = 'attendance.miss'")
        told = (await db.execute(missed)).scalar_one()
    assert told == 1


async def test_thresholds_are_the_tenants_own(training: ServiceUnderTest) -> None:
    headers = training.as_(LEADER)
    ours = await training.client.get(POLICY, headers=headers)
    body = {"lateAfterMinutes": 5, "partialBelowPercent": 90, "absentBelowPercent": 20, "settleAfterHours": 1}
    unordered = body | {"absentBelowPercent": 95}
    tag = {"If-Match": ours.headers["etag"]}
    assert (await training.client.put(POLICY, json=unordered, headers=headers | tag)).status_code == 422
    assert (await training.client.put(POLICY, json=body, headers=training.as_("trainer@*") | tag)).status_code == 403
    made = await training.client.put(POLICY, json=body, headers=headers | tag)
    assert made.json() == body | {"version": 1}
    assert (await training.client.put(POLICY, json=body, headers=headers | tag)).status_code == 412
    again = await training.client.put(POLICY, json=body, headers=headers | {"If-Match": made.headers["etag"]})
    assert again.json()["version"] == 2


async def test_the_trainers_word_holds_when_it_is_said_again_after_an_arrival(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    made = (await enrol(training, session, people[0])).json()["id"]
    await mark(training, session, {made: "no_show"})
    async with training.database.transaction(training.tenant) as db:
        planned = await SessionService(db).lock_for_seats(UUID(session))
        row, _ = await EnrolmentService(db, None).read(UUID(made))
        await AttendanceService(db).arrive(planned, row)
    assert await states(training, session) == ["attended"]
    await mark(training, session, {made: "no_show"})
    assert await states(training, session) == ["no_show"]


async def test_the_same_list_twice_is_written_once(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    made = (await enrol(training, session, people[0])).json()["id"]
    for state in ("attended", "attended", "partial", "partial"):
        assert (await mark(training, session, {made: state})).status_code == 200
    async with training.database.transaction(training.tenant) as db:
        kinds = (await db.execute(text("SELECT kind FROM attendance_mark ORDER BY at, id"))).scalars().all()
        await RosterService(db).hide(people[0], 2)
    assert kinds == ["attended", "partial"]
    rows = await training.client.get(f"/training/v1/sessions/{UUID(session)}/attendances", headers=training.as_(LEADER))
    assert [row["displayName"] for row in rows.json()["items"]] == ["Skyddad person"]
