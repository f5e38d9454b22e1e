"""Rooms, dates and trainers: nothing and nobody in two places at once."""

from datetime import timedelta
from typing import Any

from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster


async def create_room(training: ServiceUnderTest, **fields: Any) -> str:
    answer = await training.client.post(
        "/training/v1/rooms", json={"name": f"Room {new_id()}"} | fields, headers=training.as_(LEADER)
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def date(hours: float, room: str | None = None) -> dict[str, Any]:
    starts = clock.now() + timedelta(days=5, hours=hours)
    return {"startsAt": starts.isoformat(), "endsAt": (starts + timedelta(hours=2)).isoformat(), "roomId": room}


async def plan(training: ServiceUnderTest, course: str, *dates: dict[str, Any], **more: Any) -> Any:
    body = {"courseId": course, "dates": list(dates), "place": "School", "capacity": 10} | more
    return await training.client.post("/training/v1/sessions", json=body, headers=training.as_(LEADER))


async def test_a_session_of_several_dates_begins_with_the_first_and_ends_with_the_last(
    training: ServiceUnderTest,
) -> None:
    later, first = date(48), date(0)
    made = (await plan(training, await create_course(training), later, first)).json()
    assert [each["startsAt"] for each in made["dates"]] == [made["startsAt"], made["dates"][1]["startsAt"]]
    assert made["endsAt"] == made["dates"][1]["endsAt"]
    both = await plan(training, await create_course(training, "other"), date(0), date(1))
    assert both.status_code == 422


async def test_a_room_holds_one_session_at_a_time_and_no_more_people_than_seats(training: ServiceUnderTest) -> None:
    course, room = await create_course(training), await create_room(training, seats=10)
    first = (await plan(training, course, date(0, room))).json()
    clash = (await plan(training, course, date(1, room))).json()
    assert (clash["type"].rsplit("/")[-1], clash["sessionId"]) == ("room-busy", first["id"])
    assert (await plan(training, course, date(2, room))).status_code == 201
    assert (await plan(training, course, date(9, room), capacity=11)).json()["errors"][0]["code"] == "too_small"
    assert (await plan(training, course, date(9, str(new_id())))).json()["errors"][0]["code"] == "unknown"


async def test_a_trainer_is_not_in_two_rooms(training: ServiceUnderTest) -> None:
    trainer = str((await create_roster(training))["people"][0])
    course, holds = await create_course(training), [{"personId": trainer}]
    first = (await plan(training, course, date(0), trainers=holds)).json()
    assert first["trainers"] == [{"personId": trainer, "duty": "trainer"}]
    clash = (await plan(training, course, date(1), trainers=[{"personId": trainer, "duty": "backup"}])).json()
    assert (clash["type"].rsplit("/")[-1], clash["sessionId"]) == ("trainer-busy", first["id"])
    stranger = await plan(training, course, date(9), trainers=[{"personId": str(new_id())}])
    assert stranger.json()["errors"][0]["pointer"] == "#/trainers/0/personId"


async def test_a_room_of_the_same_name_is_named(training: ServiceUnderTest) -> None:
    room = await create_room(training, name="Aula")
    again = await training.client.post("/training/v1/rooms", json={"name": "Aula"}, headers=training.as_(LEADER))
    assert (again.status_code, again.json()["roomId"]) == (409, room)


async def test_a_session_moved_onto_a_taken_room_stays_where_it_was(training: ServiceUnderTest) -> None:
    course, room = await create_course(training), await create_room(training)
    await plan(training, course, date(0, room))
    other = (await plan(training, course, date(5, room))).json()
    url, headers = f"/training/v1/sessions/{other['id']}", training.as_(LEADER) | {"If-Match": f'"{other["version"]}"'}
    assert (await training.client.patch(url, json={"dates": [date(1, room)]}, headers=headers)).status_code == 409
    moved = await training.client.patch(url, json={"dates": [date(3, room), date(30)]}, headers=headers)
    assert (moved.status_code, len(moved.json()["dates"])) == (200, 2)
