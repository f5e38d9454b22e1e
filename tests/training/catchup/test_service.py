"""Catch-up sessions form themselves, once, for those who need them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.training.catchup.tasks import catch_up_all
from services.training.meeting.schemas import SessionTrainerInput
from services.training.meeting.service import MeetingService
from services.training.roster.service import RosterService
from shared.contracts.sync import Change, DutyChange, DutyRole, PersonChange
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol, mark

API = "/training/v1"
POLICY = {"mode": "propose", "minSize": 3, "lateCancelHours": 48, "newcomerDays": 90, "leadDays": 14}


async def set_policy(training: ServiceUnderTest, **rule: Any) -> None:
    headers = training.as_(LEADER)
    tag = (await training.client.get(f"{API}/catch-up-policy", headers=headers)).headers["etag"]
    answer = await training.client.put(
        f"{API}/catch-up-policy", json=POLICY | rule, headers=headers | {"If-Match": tag}
    )
    assert answer.status_code == 200, answer.text


async def missed(training: ServiceUnderTest, course: str, people: Sequence[UUID]) -> str:
    """A session that people had a seat in and did not come to; gives its id."""
    session = await create_session(training, course, capacity=len(people), minutes=-180)
    with clock.frozen(clock.now() - timedelta(minutes=150)):
        made = [(await enrol(training, session, person)).json()["id"] for person in people]
    assert (await mark(training, session, dict.fromkeys(made, "no_show"))).status_code == 200
    return session


async def look(training: ServiceUnderTest) -> int:
    return int((await catch_up_all(Context(training)))["changed"])


async def proposals(training: ServiceUnderTest) -> list[dict[str, Any]]:
    answer = await training.client.get(f"{API}/catch-ups", headers=training.as_(LEADER))
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def decide(training: ServiceUnderTest, catch_up: dict[str, Any], what: str, **body: Any) -> Any:
    headers = training.as_(LEADER) | {"If-Match": f'"{catch_up["version"]}"'}
    return await training.client.post(
        f"{API}/catch-ups/{catch_up['id']}/{what}", json=body if what == "approvals" else None, headers=headers
    )


async def seekers(training: ServiceUnderTest, course: str) -> dict[str, str]:
    answer = await training.client.get(f"{API}/courses/{course}/catch-up-seekers", headers=training.as_(LEADER))
    return {row["personId"]: row["reason"] for row in answer.json()["items"]}


async def states(training: ServiceUnderTest, session: str) -> dict[str, str]:
    answer = await training.client.get(f"{API}/sessions/{session}/enrolments", headers=training.as_(LEADER))
    return {row["personId"]: row["state"] for row in answer.json()["items"]}


async def hire(training: ServiceUnderTest, unit: UUID, starts_on: date) -> UUID:
    person = new_id()
    lines: list[Change] = [
        PersonChange(version=2, op="put", id=person, display_name="New", protected=False),
        DutyChange(
            version=2, op="put", id=new_id(), person_id=person, unit_id=unit, role=DutyRole.teacher, protected=False,
            starts_on=starts_on,
        ),
    ]  # fmt: skip
    async with training.database.transaction(training.tenant) as session:
        await RosterService(session).take_in(lines, 2)
    return person


async def test_who_missed_cancelled_late_or_came_anew_is_collected_and_nobody_else(training: ServiceUnderTest) -> None:
    roster = await create_roster(training, people=6)
    absent, late, early, there, ahead, idle = roster["people"]
    course = await create_course(training)
    soon, far = [await create_session(training, course, capacity=6, minutes=each) for each in (600, 9000)]
    cancelled = [(await enrol(training, session, person)).json() for session, person in ((soon, late), (far, early))]
    for each in cancelled:
        headers = training.as_(LEADER) | {"If-Match": f'"{each["version"]}"'}
        await training.client.post(f"{API}/enrolments/{each['id']}/cancellations", headers=headers)
    held = await missed(training, course, [absent, there, ahead])
    rows = await training.client.get(f"{API}/sessions/{held}/enrolments", headers=training.as_(LEADER))
    ids = {row["personId"]: row["id"] for row in rows.json()["items"]}
    await mark(training, held, {ids[str(there)]: "attended"})
    await enrol(training, far, ahead)
    new = await hire(training, roster["unit"], clock.today() - timedelta(days=10))
    await hire(training, roster["unit"], clock.today() - timedelta(days=100))
    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert await seekers(training, course) == {str(absent): "missed", str(late): "cancelled", str(new): "newcomer"}
    assert str(idle) not in await seekers(training, course)
    headers = training.as_("participant@*")
    refused = await training.client.get(f"{API}/courses/{course}/catch-up-seekers", headers=headers)
    assert refused.status_code == 403


async def test_a_session_is_proposed_once_enough_wait_and_forms_when_approved(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=3))["people"]
    course = await create_course(training)
    await set_policy(training)
    await missed(training, course, people[:2])
    assert await look(training) == 0
    await missed(training, course, people[2:])
    assert [await look(training), await look(training)] == [1, 0]
    [proposed] = await proposals(training)
    assert (proposed["kind"], proposed["people"], proposed["sessionId"]) == ("form", 3, None)
    stale = await decide(training, proposed | {"version": 9}, "approvals")
    assert stale.status_code == 412
    answer = await decide(training, proposed, "approvals", place="Hall", capacity=4)
    assert answer.status_code == 201, answer.text
    done = answer.json()
    assert (done["state"], done["people"]) == ("done", 3)
    assert await states(training, done["sessionId"]) == dict.fromkeys(map(str, people), "confirmed")
    session = (await training.client.get(f"{API}/sessions/{done['sessionId']}", headers=training.as_(LEADER))).json()
    assert (session["place"], session["capacity"]) == ("Hall", 4)
    assert await look(training) == 0
    assert (await decide(training, done, "dismissals")).json()["type"].endswith("/catch-up-over")


async def test_people_join_a_session_that_has_seats_before_one_is_made(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=6))["people"]
    course = await create_course(training)
    await set_policy(training, mode="create")
    await missed(training, course, people[:5])
    roomy = await create_session(training, course, capacity=2, minutes=9000, trainers=people[5:])
    assert await look(training) == 2
    assert await look(training) == 0
    joined, formed = await proposals(training)
    assert (joined["kind"], joined["sessionId"], joined["people"]) == ("join", roomy, 2)
    assert (formed["kind"], formed["people"], formed["state"]) == ("form", 3, "done")
    seated = [*await states(training, roomy), *await states(training, formed["sessionId"])]
    assert sorted(seated) == sorted(map(str, people[:5]))
    made = await training.client.get(f"{API}/sessions/{formed['sessionId']}", headers=training.as_(LEADER))
    assert [who["personId"] for who in made.json()["trainers"]] == [str(people[5])]


async def test_who_is_taken_at_that_time_gets_another_or_one_of_their_own(training: ServiceUnderTest) -> None:
    [person, other, trainer] = (await create_roster(training))["people"]
    course, free = await create_course(training), await create_course(training, "other", ())
    await set_policy(training, mode="create", minSize=1)
    await missed(training, course, [person])
    roomy, busy = [
        await create_session(training, each, minutes=9000, trainers=who)
        for each, who in ((course, [trainer]), (free, []))
    ]
    await enrol(training, busy, person)
    assert await look(training) == 1
    [formed] = await proposals(training)
    assert (formed["kind"], formed["state"], formed["people"]) == ("form", "done", 1)
    assert await states(training, roomy) == {}
    await missed(training, course, [other])
    await enrol(training, busy, other)
    later = await create_session(training, course, minutes=12000)
    assert await look(training) == 1
    assert await states(training, later) == {str(other): "confirmed"}


async def test_a_formed_session_is_on_a_weekday_at_the_usual_hour_with_notice(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=3))["people"]
    course = await create_course(training)
    await set_policy(training, leadDays=20)
    session = await missed(training, course, people)
    await look(training)
    [proposed] = await proposals(training)
    usual = (await training.client.get(f"{API}/sessions/{session}", headers=training.as_(LEADER))).json()
    zone = ZoneInfo(usual["zone"])
    parse = datetime.fromisoformat
    starts, like = parse(proposed["startsAt"]).astimezone(zone), parse(usual["startsAt"]).astimezone(zone)
    assert (starts.hour, starts.minute) == (like.hour, like.minute)
    assert starts.weekday() < 5
    assert timedelta(days=20) <= starts - clock.now() < timedelta(days=24)
    assert parse(proposed["endsAt"]) - parse(proposed["startsAt"]) == timedelta(hours=2)


async def test_a_proposal_falls_with_its_reason_and_stays_down_once_dismissed(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=5))["people"]
    course = await create_course(training)
    await set_policy(training)
    await missed(training, course, people[:3])
    await look(training)
    [proposed] = await proposals(training)
    assert (await decide(training, proposed, "dismissals")).json()["state"] == "dismissed"
    assert await look(training) == 0
    await missed(training, course, people[3:4])
    assert await look(training) == 1
    again = (await proposals(training))[1]
    ahead = await create_session(training, course, capacity=4, minutes=60)
    for person in people[:4]:
        await enrol(training, ahead, person)
    assert (await decide(training, again, "approvals")).json()["type"].endswith("/nobody-waits")
    assert await look(training) == 1
    assert [each["state"] for each in await proposals(training)] == ["dismissed", "withdrawn"]


async def test_nothing_forms_by_itself_without_a_trainer_who_can(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=3))["people"]
    course = await create_course(training)
    await set_policy(training, mode="create", minSize=1)
    held = await missed(training, course, people[:1])
    assert [await look(training), await look(training)] == [1, 0]
    assert [each["state"] for each in await proposals(training)] == ["proposed"]
    headers = training.as_(LEADER)
    async with training.database.transaction(training.tenant) as db:
        await MeetingService(db).set_trainers(
            UUID(held), [SessionTrainerInput.model_validate({"personId": str(people[2])})]
        )
    hours = {"subject": "person", "subjectId": str(people[2]), "kind": "busy", "startsOn": clock.today().isoformat()}
    hours |= {"endsOn": (clock.today() + timedelta(days=300)).isoformat()}
    away = await training.client.post(f"{API}/availabilities", json=hours, headers=headers)
    assert away.status_code == 201, away.text
    assert await look(training) == 0
    tag = {"If-Match": away.headers["etag"]}
    back = await training.client.delete(f"{API}/availabilities/{away.json()['id']}", headers=headers | tag)
    assert back.status_code == 204, back.text
    assert await look(training) == 1
    [done] = await proposals(training)
    made = (await training.client.get(f"{API}/sessions/{done['sessionId']}", headers=headers)).json()
    assert [who["personId"] for who in made["trainers"]] == [str(people[2])]


async def test_a_course_of_several_dates_is_held_again_with_all_of_them_on_open_days(
    training: ServiceUnderTest,
) -> None:
    people = (await create_roster(training, people=1))["people"]
    course = await create_course(training)
    await set_policy(training, minSize=1)
    begun = clock.now() - timedelta(days=20)
    with clock.frozen(begun):
        dates = [begun + timedelta(days=days) for days in (1, 8)]
        body = {"courseId": course, "place": "Sal 2", "capacity": 5, "dates": [
            {"startsAt": at.isoformat(), "endsAt": (at + timedelta(hours=3)).isoformat()} for at in dates
        ]}  # fmt: skip
        held = (await training.client.post(f"{API}/sessions", json=body, headers=training.as_(LEADER))).json()["id"]
        made = (await enrol(training, held, people[0])).json()["id"]
    await mark(training, held, {made: "no_show"})
    assert await look(training) == 1
    [proposed] = await proposals(training)
    zone, parse = ZoneInfo("Europe/Stockholm"), datetime.fromisoformat
    first = parse(proposed["startsAt"]).astimezone(zone)
    day = (first + timedelta(days=7)).date().isoformat()
    closed = {"subject": "everybody", "kind": "busy", "startsOn": day, "endsOn": day}
    shut = await training.client.post(f"{API}/availabilities", json=closed, headers=training.as_(LEADER))
    assert shut.status_code == 201, shut.text
    done = (await decide(training, proposed, "approvals")).json()
    made = (await training.client.get(f"{API}/sessions/{done['sessionId']}", headers=training.as_(LEADER))).json()
    at = [parse(each["startsAt"]).astimezone(zone) for each in made["dates"]]
    assert at == [first, first + timedelta(days=14)]
    assert (done["startsAt"], done["endsAt"]) == (made["startsAt"], made["endsAt"])


async def test_who_waited_to_the_end_or_lost_the_whole_session_is_not_forgotten(training: ServiceUnderTest) -> None:
    first, second, _ = (await create_roster(training))["people"]
    course = await create_course(training)
    full = await create_session(training, course, capacity=1, minutes=30)
    for person in (first, second):
        await enrol(training, full, person)
    gone = await create_session(training, course, minutes=9000)
    assert await seekers(training, course) == {}
    with clock.frozen(clock.now() + timedelta(hours=5)):
        assert await seekers(training, course) == {str(second): "missed"}
        await enrol(training, gone, second)
        assert await seekers(training, course) == {}
        url, headers = f"{API}/sessions/{gone}", training.as_(LEADER)
        tag = {"If-Match": (await training.client.get(url, headers=headers)).headers["etag"]}
        await training.client.post(f"{url}/cancellations", json={"reason": "ill"}, headers=headers | tag)
        assert await seekers(training, course) == {str(second): "missed"}
