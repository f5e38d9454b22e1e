"""Coverage is counted on people who need training today, not on bookings."""

from datetime import timedelta
from typing import Any

from services.training.coverage.service import CoverageService
from services.training.roster.service import RosterService
from shared.contracts.sync import DutyChange, DutyRole, PersonChange
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol, mark


async def coverage(training: ServiceUnderTest, role: str, unit: Any = None) -> tuple[int, int] | None:
    rows = (await training.client.get("/training/v1/coverage", headers=training.as_(LEADER))).json()["items"]
    found = [row for row in rows if row["role"] == role and row["unitId"] == (str(unit) if unit else None)]
    return (found[0]["trained"], found[0]["needed"]) if found else None


async def train(training: ServiceUnderTest, course: str, people: list[Any], state: str = "attended") -> None:
    session = await create_session(training, course, capacity=50)
    marks = {(await enrol(training, session, person)).json()["id"]: state for person in people}
    assert (await mark(training, session, marks)).status_code == 200


async def test_only_those_who_came_count_as_trained(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    course = await create_course(training)
    assert await coverage(training, "teacher") == (0, 3)
    await train(training, course, roster["people"][:1])
    await train(training, course, roster["people"][1:2], "no_show")
    assert await coverage(training, "teacher") == (1, 3)
    assert await coverage(training, "teacher", roster["unit"]) == (1, 3)


async def test_a_role_with_two_courses_needs_both(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    first, second = await create_course(training), await create_course(training, "more")
    await train(training, first, roster["people"])
    assert await coverage(training, "teacher") == (0, 3)
    await train(training, second, roster["people"][:2])
    assert await coverage(training, "teacher") == (2, 3)


async def test_without_a_course_nobody_is_trained(training: ServiceUnderTest) -> None:
    await create_roster(training)
    await create_course(training, audience=("school_leader",))
    assert await coverage(training, "teacher") == (0, 3)


async def test_who_left_drops_from_both_numbers(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    course = await create_course(training)
    await train(training, course, roster["people"])
    gone = PersonChange(version=2, op="end", id=roster["people"][0], display_name="Test 0", protected=False)
    async with training.database.transaction(training.tenant) as session:
        await RosterService(session).take_in([gone], 2)
        await CoverageService(session).refresh()
    assert await coverage(training, "teacher") == (2, 2)


async def test_a_duty_that_ends_today_counts_today_and_not_tomorrow(training: ServiceUnderTest) -> None:
    roster = await create_roster(training, people=1)
    await create_course(training)
    duty = DutyChange(
        version=2, op="put", id=new_id(), person_id=roster["people"][0], unit_id=roster["unit"],
        role=DutyRole.school_leader, ends_on=clock.today(), protected=False,
    )  # fmt: skip
    async with training.database.transaction(training.tenant) as session:
        await RosterService(session).take_in([duty], 2)
        await CoverageService(session).refresh()
    assert await coverage(training, "school_leader") == (0, 1)
    with clock.frozen(clock.now() + timedelta(days=1)):
        async with training.database.transaction(training.tenant) as session:
            await CoverageService(session).refresh()
    assert await coverage(training, "school_leader") == (0, 0)


async def test_key_persons_are_those_appointed_who_still_work_there(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    course = await create_course(training, audience=("key_person",))
    body = {"personId": str(roster["people"][0]), "unitId": str(roster["unit"])}
    made = await training.client.post("/training/v1/appointments", json=body, headers=training.as_(LEADER))
    assert made.status_code == 201
    assert await coverage(training, "key_person") == (0, 1)
    await train(training, course, roster["people"][:1])
    assert await coverage(training, "key_person") == (1, 1)
    headers = training.as_(LEADER) | {"If-Match": made.headers["etag"]}
    url = made.headers["location"].removeprefix("http://gateway.test")
    assert (await training.client.delete(url, headers=headers)).status_code == 204
    assert await coverage(training, "key_person") == (0, 0)


async def test_an_unchanged_coverage_is_not_told_again(training: ServiceUnderTest) -> None:
    await create_roster(training)
    await create_course(training)
    async with training.database.transaction(training.tenant) as session:
        assert await CoverageService(session).refresh() == 0


async def test_an_older_page_never_overwrites_a_newer_one(training: ServiceUnderTest) -> None:
    roster = await create_roster(training, people=1)
    person = roster["people"][0]

    def named(name: str, version: int) -> PersonChange:
        return PersonChange(version=version, op="put", id=person, display_name=name, protected=False)

    async with training.database.transaction(training.tenant) as session:
        await RosterService(session).take_in([named("New", 5)], 5)
        await RosterService(session).take_in([named("Old", 3)], 3)
        service = RosterService(session)
        assert (await service.person(person)).display_name == "New"
        assert await service.version() == 5


async def test_needs_page_through_everybody_who_lacks_training(training: ServiceUnderTest) -> None:
    roster = await create_roster(training, people=5)
    course = await create_course(training)
    await train(training, course, roster["people"][:2])
    url: str | None = "/training/v1/needs?trained=false&role=teacher&limit=2"
    seen = []
    while url:
        page = (await training.client.get(url, headers=training.as_(LEADER))).json()
        seen += [row["personId"] for row in page["items"]]
        url = page["_links"]["next"] and page["_links"]["next"]["href"].removeprefix("http://gateway.test")
    assert sorted(seen) == sorted(str(person) for person in roster["people"][2:])


async def test_a_head_sees_the_own_unit_only(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    await create_course(training)
    for unit, expected in ((roster["unit"], {str(roster["unit"])}), (new_id(), set())):
        answer = await training.client.get("/training/v1/coverage", headers=training.as_(f"unit_head@{unit}"))
        assert {row["unitId"] for row in answer.json()["items"]} == expected
