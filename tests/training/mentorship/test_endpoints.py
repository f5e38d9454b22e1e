"""Mentors: whoever had a course accompanies whoever has it now."""

from typing import Any
from uuid import UUID

import pytest

from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster

URL = "/training/v1/mentorships"
HEAD = "unit_head@"


class Pairs:
    """People at one unit, of whom the first has had the course."""

    def __init__(self, training: ServiceUnderTest, roster: dict[str, Any], course: str) -> None:
        self.training = training
        self.unit: UUID = roster["unit"]
        self.mentor, *self.others = roster["people"]
        self.course = course

    async def pair(self, mentor: UUID, mentee: UUID, *roles: str) -> Any:
        body = {"courseId": self.course, "mentorId": str(mentor), "menteeId": str(mentee)}
        headers = self.training.as_(*(roles or (LEADER,)))
        return await self.training.client.post(URL, json=body, headers=headers)

    async def seen(self, *roles: str, **claims: Any) -> int:
        answer = await self.training.client.get(f"{URL}?active=true", headers=self.training.as_(*roles, **claims))
        assert answer.status_code == 200, answer.text
        return len(answer.json()["items"])


@pytest.fixture
async def pairs(training: ServiceUnderTest) -> Pairs:
    roster = await create_roster(training, people=8)
    course = await create_course(training)
    made = Pairs(training, roster, course)
    body = {"personId": str(made.mentor), "completedOn": clock.today().isoformat()}
    path = f"/training/v1/courses/{course}/completions"
    assert (await training.client.post(path, json=body, headers=training.as_(LEADER))).status_code == 201
    return made


async def test_a_mentor_has_had_the_course_and_the_mentee_has_not(pairs: Pairs) -> None:
    made = await pairs.pair(pairs.mentor, pairs.others[0])
    assert (made.status_code, made.json()["endsOn"], made.json()["mentorName"]) == (201, None, "Test 0")
    wrong = await pairs.pair(pairs.others[1], pairs.others[2])
    assert (wrong.status_code, wrong.json()["type"].rpartition("/")[2]) == (409, "mentor-not-trained")
    again = await pairs.pair(pairs.mentor, pairs.others[0])
    assert (again.status_code, again.json()["mentorshipId"]) == (409, made.json()["id"])
    for mentor, mentee, pointer in (
        (pairs.mentor, pairs.mentor, "#/menteeId"),
        (new_id(), pairs.others[1], "#/mentorId"),
        (pairs.mentor, new_id(), "#/menteeId"),
    ):
        answer = await pairs.pair(mentor, mentee)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_an_ended_mentorship_makes_room_for_another_mentor_or_mentee(pairs: Pairs) -> None:
    made = [await pairs.pair(pairs.mentor, one) for one in pairs.others[:6]]
    assert [one.status_code for one in made] == [201] * 5 + [409]
    assert made[5].json()["type"].rpartition("/")[2] == "too-many-mentees"
    headers = pairs.training.as_(LEADER) | {"If-Match": made[0].headers["etag"]}
    path = f"{URL}/{made[0].json()['id']}/endings"
    ended = await pairs.training.client.post(path, headers=headers)
    assert (ended.status_code, ended.json()["endsOn"]) == (201, clock.today().isoformat())
    over = await pairs.training.client.post(path, headers=headers | {"If-Match": ended.headers["etag"]})
    assert (over.status_code, over.json()["type"].rpartition("/")[2]) == (409, "mentorship-over")
    assert (await pairs.pair(pairs.mentor, pairs.others[5])).status_code == 201


async def test_a_head_learns_nothing_of_another_schools_people_by_naming_them(pairs: Pairs) -> None:
    there = await create_roster(pairs.training, people=1)
    head = f"{HEAD}{there['unit']}"
    told = [await pairs.pair(mentor, there["people"][0], head) for mentor in (pairs.mentor, pairs.others[0], new_id())]
    assert {(answer.status_code, answer.json()["type"].rpartition("/")[2]) for answer in told} == {
        (403, "mentee-elsewhere")
    }
    across = await pairs.pair(pairs.mentor, there["people"][0])
    assert (across.status_code, across.json()["mentorName"]) == (201, "Test 0")


async def test_heads_arrange_for_their_own_people_and_everybody_sees_their_own(pairs: Pairs) -> None:
    assert (await pairs.pair(pairs.mentor, pairs.others[0], f"{HEAD}{new_id()}")).status_code == 403
    assert (await pairs.pair(pairs.mentor, pairs.others[0], f"{HEAD}{pairs.unit}")).status_code == 201
    sight: list[tuple[str, UUID | None, int]] = [
        (LEADER, None, 1),
        (f"{HEAD}{pairs.unit}", None, 1),
        (f"{HEAD}{new_id()}", None, 0),
        ("participant@*", pairs.mentor, 1),
        ("participant@*", pairs.others[0], 1),
        ("participant@*", pairs.others[1], 0),
        ("participant@*", None, 0),
    ]
    for role, person, count in sight:
        claims = {"person": str(person)} if person else {}
        assert await pairs.seen(role, **claims) == count, role
