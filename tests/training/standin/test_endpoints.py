"""Another trainer for a session: a backup, somebody named, or another session's trainer in exchange."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster


class Staff:
    """Six people who may hold sessions of one course."""

    def __init__(self, training: ServiceUnderTest, people: list[UUID], course: str) -> None:
        self.training = training
        self.people = people
        self.course = course

    async def session(self, trainer: int, *backups: int, hours: int = 24) -> Any:
        starts = clock.now() + timedelta(hours=hours)
        holders = [{"personId": str(self.people[trainer])}]
        holders += [{"personId": str(self.people[one]), "duty": "backup"} for one in backups]
        body = {
            "courseId": self.course,
            "startsAt": starts.isoformat(),
            "endsAt": (starts + timedelta(hours=2)).isoformat(),
            "place": "Room",
            "capacity": 5,
            "trainers": holders,
        }
        headers = self.training.as_(LEADER)
        made = await self.training.client.post("/training/v1/sessions", json=body, headers=headers)
        assert made.status_code == 201, made.text
        return made

    async def stand_in(self, session: Any, outgoing: int, **more: Any) -> Any:
        headers = self.training.as_(LEADER) | {"If-Match": session.headers["etag"]}
        body = {"outgoingId": str(self.people[outgoing]), "reason": "Ill"} | more
        path = f"/training/v1/sessions/{session.json()['id']}/stand-ins"
        return await self.training.client.post(path, json=body, headers=headers)

    async def holders(self, session: Any) -> list[tuple[int, str]]:
        path = f"/training/v1/sessions/{session.json()['id']}"
        seen = (await self.training.client.get(path, headers=self.training.as_(LEADER))).json()
        return [(self.people.index(UUID(one["personId"])), one["duty"]) for one in seen["trainers"]]


@pytest.fixture
async def staff(training: ServiceUnderTest) -> Staff:
    roster = await create_roster(training, people=6)
    return Staff(training, roster["people"], await create_course(training))


async def test_the_first_backup_takes_over(staff: Staff) -> None:
    session = await staff.session(0, 1, 2)
    answer = await staff.stand_in(session, 0)
    assert answer.status_code == 201, answer.text
    assert sorted(await staff.holders(session)) == [(1, "trainer"), (2, "backup")]
    path = f"/training/v1/sessions/{session.json()['id']}"
    seen = await staff.training.client.get(path, headers=staff.training.as_(LEADER))
    assert seen.headers["etag"] == answer.headers["etag"] != session.headers["etag"]


async def test_without_a_backup_nothing_changes(staff: Staff) -> None:
    session = await staff.session(0)
    answer = await staff.stand_in(session, 0)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "nobody-stands-in")
    assert sorted(await staff.holders(session)) == [(0, "trainer")]


async def test_two_sessions_at_one_time_exchange_their_trainers(staff: Staff) -> None:
    one, other = await staff.session(0, 4), await staff.session(1)
    more = {"incomingId": str(staff.people[1]), "withSessionId": other.json()["id"]}
    answer = await staff.stand_in(one, 0, **more)
    assert answer.status_code == 201, answer.text
    assert sorted(await staff.holders(one)) == [(1, "trainer"), (4, "backup")]
    assert await staff.holders(other) == [(0, "trainer")]


async def test_nobody_holds_two_sessions_at_one_time_by_standing_in_or_exchange(staff: Staff) -> None:
    one, _, later = await staff.session(0), await staff.session(1), await staff.session(2, hours=30)
    named = await staff.stand_in(one, 0, incomingId=str(staff.people[1]))
    assert (named.status_code, named.json()["type"].rpartition("/")[2]) == (409, "trainer-busy")
    await staff.session(0, hours=30)
    more = {"incomingId": str(staff.people[2]), "withSessionId": later.json()["id"]}
    swapped = await staff.stand_in(one, 0, **more)
    assert (swapped.status_code, swapped.json()["type"].rpartition("/")[2]) == (409, "trainer-busy")
    assert (await staff.holders(one), await staff.holders(later)) == ([(0, "trainer")], [(2, "trainer")])


async def test_bad_requests_name_what_is_wrong(staff: Staff) -> None:
    session, other = await staff.session(0, 1), await staff.session(2, hours=30)
    for more, status, slug in (
        ({"outgoingId": str(new_id())}, 409, "not-a-trainer"),
        ({"outgoingId": str(staff.people[1])}, 409, "not-a-trainer"),
        ({"incomingId": str(staff.people[0])}, 422, "invalid-input"),
        ({"withSessionId": other.json()["id"]}, 422, "invalid-input"),
        ({"incomingId": str(new_id())}, 422, "invalid-input"),
        ({"incomingId": str(staff.people[2]), "withSessionId": str(new_id())}, 404, "not-found"),
        ({"incomingId": str(staff.people[3]), "withSessionId": other.json()["id"]}, 409, "not-a-trainer"),
    ):
        answer = await staff.stand_in(session, 0, **more)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug), answer.text
    assert (await staff.stand_in(session, 0)).status_code == 201
    assert (await staff.stand_in(session, 0)).status_code == 412
