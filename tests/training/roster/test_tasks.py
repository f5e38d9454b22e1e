"""Following the roster: staff alone stays, and a marking that tightens is felt at once wherever a name may stand."""

from typing import Any

import httpx
from sqlalchemy import text

from services.training.forgetting import release_seats
from services.training.roster.service import HIDDEN, RosterService
from services.training.roster.tasks import follow_roster, on_person_protected
from shared.contracts.sync import Change, DutyChange, DutyRole, PageEnd, PersonChange, PersonProtected
from shared.kit.ids import new_id
from shared.queue.changes import ChangeFeed
from tests.support.jobs import Context, Tokens
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol


async def protect(training: ServiceUnderTest, person: Any, version: int) -> None:
    event = PersonProtected(person_id=person, version=version)
    async with training.database.transaction(training.tenant) as session:
        await on_person_protected(session, None, event)  # type: ignore[arg-type]


async def test_a_protected_persons_name_is_gone_from_lists_and_from_stored_answers(training: ServiceUnderTest) -> None:
    person = (await create_roster(training))["people"][0]
    url = f"/training/v1/sessions/{await create_session(training, await create_course(training))}/enrolments"
    headers = training.as_(LEADER) | {"Idempotency-Key": "one"}
    first = await training.client.post(url, json={"personId": str(person)}, headers=headers)
    assert first.json()["displayName"] == "Test 0"
    await protect(training, person, 2)
    listed = (await training.client.get(url, headers=training.as_(LEADER))).json()["items"]
    assert [row["displayName"] for row in listed] == [HIDDEN]
    async with training.database.transaction(training.tenant) as session:
        assert (await session.execute(text("SELECT count(*) FROM idempotency"))).scalar_one() == 0
    again = await training.client.post(url, json={"personId": str(person)}, headers=headers)
    assert "Test 0" not in again.text
    assert again.json()["id"] == first.json()["id"]


async def test_no_older_line_brings_a_protected_name_back_and_the_alias_of_the_roster_replaces_ours(
    training: ServiceUnderTest,
) -> None:
    person = new_id()
    await protect(training, person, 5)

    async def taken(name: str, version: int) -> str:
        line = PersonChange(version=version, op="put", id=person, display_name=name, protected=version >= 5)
        async with training.database.transaction(training.tenant) as session:
            await RosterService(session).take_in([line], version)
            return (await RosterService(session).person(person)).display_name

    assert await taken("Test Testsson", 4) == HIDDEN
    assert await taken("FE000123", 5) == "FE000123"


class Roster:
    """Sync's change feed over a few people; `asked` keeps the versions that were asked for."""

    def __init__(self) -> None:
        self.lines: list[Change] = []
        self.asked: list[int] = []

    def person(self, name: str, version: int) -> PersonChange:
        line = PersonChange(version=version, op="put", id=new_id(), display_name=name, protected=False)
        self.lines.append(line)
        return line

    def duty(self, person: PersonChange, version: int) -> None:
        self.lines.append(
            DutyChange(
                version=version,
                op="put",
                id=new_id(),
                person_id=person.id,
                unit_id=new_id(),
                role=DutyRole.teacher,
                protected=False,
            )
        )

    def answer(self, request: httpx.Request) -> httpx.Response:
        after = int(request.url.params["after"])
        assert request.url.params.get_list("kind") == ["unit", "person", "duty"]
        self.asked.append(after)
        shown = [line.model_dump_json(by_alias=True) for line in self.lines if line.version > after]
        newest = max((line.version for line in self.lines), default=0)
        return httpx.Response(200, text="\n".join([*shown, PageEnd(version=newest).model_dump_json()]))

    async def follow(self, training: ServiceUnderTest) -> dict[str, Any] | None:
        feed = ChangeFeed({"sync": "http://sync.test"}, Tokens(), httpx.MockTransport(self.answer))
        return await follow_roster(feed, None, release_seats)(Context(training))


async def names(training: ServiceUnderTest) -> list[str]:
    async with training.database.transaction(training.tenant) as session:
        return list((await session.execute(text("SELECT display_name FROM person ORDER BY 1"))).scalars())


async def test_pupils_and_guardians_leave_no_name_here(training: ServiceUnderTest) -> None:
    roster = Roster()
    roster.duty(roster.person("Teacher", 1), 1)
    roster.person("Pupil", 1)
    roster.person("Guardian", 1)
    done = await roster.follow(training)
    assert done is not None
    assert (await names(training), done["forgotten"]) == (["Teacher"], 2)


async def test_a_guardian_who_comes_to_work_here_is_known_again(training: ServiceUnderTest) -> None:
    roster = Roster()
    guardian = roster.person("Guardian", 1)
    await roster.follow(training)
    assert await names(training) == []
    roster.duty(guardian, 2)
    await roster.follow(training)
    assert await names(training) == ["Guardian"]
    assert roster.asked == [0, 1, 0]


async def test_who_left_gives_the_seats_to_come_to_who_waits(training: ServiceUnderTest) -> None:
    first, second, _ = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), capacity=1, minutes=600)
    for person in (first, second):
        await enrol(training, session, person)
    roster = Roster()
    roster.lines.append(PersonChange(version=2, op="end", id=first, display_name="Test 0", protected=False))
    assert [(await roster.follow(training) or {})["left"] for _ in range(2)] == [1, 0]
    url = f"/training/v1/sessions/{session}/enrolments"
    listed = (await training.client.get(url, headers=training.as_(LEADER))).json()["items"]
    assert {row["personId"]: row["state"] for row in listed} == {str(first): "cancelled", str(second): "confirmed"}
