"""A course of several dates: whoever was there on the first has the others before them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.training.attendance.service import AttendanceService
from services.training.enrolment.service import EnrolmentService
from services.training.planning.repository import PlanningRepository
from services.training.session.service import SessionService
from shared.kit import clock
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_session, enrol, mark
from tests.training.catchup.test_service import seekers
from tests.training.session.seat_facts import seat_facts
from tests.training.signal.facts import key_persons, signal

API = "/training/v1"
DAY = 24 * 60


async def create_series(training: ServiceUnderTest, course: str, *minutes: int, capacity: int = 1) -> str:
    """A session whose dates begin so many minutes from now and last two hours; gives its id."""
    starts = [clock.now() + timedelta(minutes=each) for each in minutes]
    dates = [{"startsAt": at.isoformat(), "endsAt": (at + timedelta(hours=2)).isoformat()} for at in starts]
    body = {"courseId": course, "dates": dates, "place": "Room 1", "capacity": capacity}
    made = await training.client.post(f"{API}/sessions", json=body, headers=training.as_(LEADER))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def arrive(training: ServiceUnderTest, enrolment: dict[str, Any]) -> str:
    """The person is there now; gives the state that follows."""
    async with training.database.transaction(training.tenant) as db:
        planned = await SessionService(db).lock_for_seats(UUID(enrolment["sessionId"]))
        row, _ = await EnrolmentService(db, None).read(UUID(enrolment["id"]))
        await AttendanceService(db).arrive(planned, row)
        return row.state


async def read(training: ServiceUnderTest, enrolment: dict[str, Any]) -> dict[str, Any]:
    answer = await training.client.get(f"{API}/enrolments/{enrolment['id']}", headers=training.as_(LEADER))
    found: dict[str, Any] = answer.json()
    return found


async def act(training: ServiceUnderTest, enrolment: dict[str, Any], action: str, **body: Any) -> Any:
    """The answer to an action on the enrolment as it is now."""
    version = (await read(training, enrolment))["version"]
    headers = training.as_(LEADER) | {"If-Match": f'"{version}"'}
    url = f"{API}/enrolments/{enrolment['id']}/{action}"
    return await training.client.post(url, json=body or None, headers=headers)


async def test_after_the_first_date_the_seat_is_held_for_the_others_until_it_is_given_back(
    training: ServiceUnderTest,
) -> None:
    school = await key_persons(training, 2)
    course, (person, other) = school["course"], school["people"]
    session = await create_series(training, course, -10, DAY, 2 * DAY)
    made, queued = [(await enrol(training, session, each)).json() for each in (person, other)]
    assert await arrive(training, made) == "partial"
    assert await seekers(training, course) == {}
    found = await signal(training, "key_persons", unit=school["unit"])
    assert found["unbooked"] == 1, "the other, who waits"
    elsewhere = await create_session(training, await create_course(training, "other", ()), minutes=DAY + 30)
    assert (await enrol(training, elsewhere, person)).json()["type"].endswith("/sessions-overlap")
    async with training.database.transaction(training.tenant) as db:
        plans = PlanningRepository(db)
        now = clock.now()
        assert person in {row.person_id for row in await plans.busy(now, now + timedelta(days=3))}
        assert person in {row.person_id for row in await plans.seated([UUID(course)])}
    assert (await act(training, made, "cancellations")).json()["state"] == "cancelled"
    assert (await read(training, queued))["state"] == "confirmed"
    assert await seekers(training, course) == {str(person): "cancelled"}
    await seat_facts(training, UUID(session))
    next_one = await create_series(training, course, -10, DAY)
    assert await arrive(training, (await enrol(training, next_one, person)).json()) == "partial"
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert (await seekers(training, course))[str(person)] == "missed"


async def test_a_session_that_is_cancelled_in_mid_course_leaves_nobody_a_seat(training: ServiceUnderTest) -> None:
    school = await key_persons(training, 1)
    session = await create_series(training, school["course"], -10, DAY)
    made = (await enrol(training, session, school["people"][0])).json()
    await arrive(training, made)
    url = f"{API}/sessions/{session}"
    tag = (await training.client.get(url, headers=training.as_(LEADER))).headers["etag"]
    headers = training.as_(LEADER) | {"If-Match": tag}
    gone = await training.client.post(f"{url}/cancellations", json={"reason": "ill"}, headers=headers)
    assert (gone.status_code, (await read(training, made))["state"]) == (201, "cancelled")


async def test_who_is_there_at_the_last_date_has_no_seat_to_give_back(training: ServiceUnderTest) -> None:
    school = await key_persons(training, 1)
    made = (await enrol(training, await create_series(training, school["course"], -10), school["people"][0])).json()
    assert await arrive(training, made) == "attended"
    assert (await act(training, made, "cancellations")).json()["type"].endswith("/enrolment-over")


async def test_a_word_on_the_first_date_counts_nowhere_before_the_last(training: ServiceUnderTest) -> None:
    school = await key_persons(training, 1)
    course, [person] = school["course"], school["people"]
    higher = await create_course(training, "higher", ())
    needs = {"requiresId": course, "kind": "hard"}
    asked = await training.client.post(
        f"{API}/courses/{higher}/prerequisites", json=needs, headers=training.as_(LEADER)
    )
    assert asked.status_code == 201, asked.text
    later = await create_session(training, higher, minutes=9 * DAY)
    session = await create_series(training, course, -10, DAY)
    made = (await enrol(training, session, person)).json()
    await mark(training, session, {made["id"]: "attended"})
    trained = "SELECT trained FROM coverage WHERE role = 'key_person' AND unit_id IS NULL"

    async def covered() -> int:
        async with training.database.transaction(training.tenant) as db:
            return int((await db.execute(text(trained))).scalar_one())

    assert await covered() == 0
    assert "trained" not in await signal(training, "key_persons", unit=school["unit"])
    assert (await enrol(training, later, person)).json()["type"].endswith("/prerequisite-missing")
    with clock.frozen(clock.now() + timedelta(minutes=DAY + 5)):
        await mark(training, session, {made["id"]: "attended"})
        assert await covered() == 1
        assert (await signal(training, "key_persons", unit=school["unit"]))["trained"] == 1
        assert (await enrol(training, later, person)).status_code == 201
