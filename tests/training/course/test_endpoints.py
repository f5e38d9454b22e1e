"""Courses and sessions: bad input names its place, changes need the present version."""

from typing import Any

import pytest

from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_session

COURSE: dict[str, Any] = {"key": "basics", "title": {"sv": "Grund", "en": "Basics"}, "audience": ["teacher"]}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"key": "Not A Key"}, "#/key"),
        ({"title": {"sv": "Grund"}}, "#/title/en"),
        ({"link": "http://insecure.example"}, "#/link"),
        ({"audience": ["Big Role"]}, "#/audience/0"),
        ({"minSize": 30, "maxSize": 20}, "#"),
        ({"maxSize": 10**12}, "#/maxSize"),
        ({"mode": "telepathy"}, "#/mode"),
        ({"maxSize": "20"}, "#/maxSize"),
        ({"maxSize": True}, "#/maxSize"),
        ({"extra": 1}, "#/extra"),
    ],
)
async def test_a_wrong_course_is_refused_and_the_place_named(
    training: ServiceUnderTest, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await training.client.post("/training/v1/courses", json=COURSE | wrong, headers=training.as_(LEADER))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await training.client.get("/training/v1/courses", headers=training.as_(LEADER))).json()["items"] == []


async def test_a_key_is_taken_once(training: ServiceUnderTest) -> None:
    await create_course(training)
    answer = await training.client.post("/training/v1/courses", json=COURSE, headers=training.as_(LEADER))
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (409, "course-key-taken")


async def test_an_archived_course_gets_no_more_sessions(training: ServiceUnderTest) -> None:
    course = await create_course(training)
    url = f"/training/v1/courses/{course}"
    headers = training.as_(LEADER) | {"If-Match": '"1"'}
    assert (await training.client.patch(url, json={"archived": True}, headers=headers)).status_code == 200
    body: dict[str, Any] = {"courseId": course, "startsAt": "2027-01-01T08:00:00Z", "endsAt": "2027-01-01T10:00:00Z"}
    body |= {"place": "Room 1", "capacity": 3}
    answer = await training.client.post("/training/v1/sessions", json=body, headers=training.as_(LEADER))
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (409, "course-archived")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"zone": "Mars/Olympus"}, "#/zone"),
        ({"endsAt": "2026-01-01T08:00:00Z"}, "#"),
        ({"startsAt": "2027-01-01T08:00:00"}, "#/startsAt"),
        ({"startsAt": "0001-01-01T00:30:00+14:00"}, "#/startsAt"),
        ({"endsAt": "9999-12-31T23:00:00-14:00"}, "#/endsAt"),
        ({"capacity": 0}, "#/capacity"),
        ({"capacity": "3"}, "#/capacity"),
        ({"startsAt": 1800000000}, "#/startsAt"),
        ({"place": ""}, "#/place"),
    ],
)
async def test_a_wrong_session_is_refused_and_the_place_named(
    training: ServiceUnderTest, wrong: dict[str, Any], pointer: str
) -> None:
    body: dict[str, Any] = {"courseId": await create_course(training), "place": "Room 1", "capacity": 3}
    body |= {"startsAt": "2027-01-01T08:00:00Z", "endsAt": "2027-01-01T10:00:00Z"}
    answer = await training.client.post("/training/v1/sessions", json=body | wrong, headers=training.as_(LEADER))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_cancelled_session_is_closed_and_its_seats_are_given_back(training: ServiceUnderTest) -> None:
    session = await create_session(training, await create_course(training))
    url = f"/training/v1/sessions/{session}"
    headers = training.as_(LEADER) | {"If-Match": '"1"'}
    answer = await training.client.post(f"{url}/cancellations", json={"reason": "Ill"}, headers=headers)
    assert (answer.status_code, answer.json()["state"]) == (201, "cancelled")
    again = training.as_(LEADER) | {"If-Match": answer.headers["etag"]}
    assert (await training.client.patch(url, json={"capacity": 9}, headers=again)).status_code == 409
    actions = (await training.client.get(url, headers=training.as_(LEADER))).json()["allowedActions"]
    assert {action["reason"] for action in actions} == {"The session is held or cancelled"}


async def test_a_course_says_who_may_change_it_in_the_callers_language(training: ServiceUnderTest) -> None:
    url = f"/training/v1/courses/{await create_course(training)}"
    planner = (await training.client.get(url, headers=training.as_(LEADER))).json()["allowedActions"]
    reader = training.as_("participant@*") | {"Accept-Language": "sv"}
    seen = (await training.client.get(url, headers=reader)).json()["allowedActions"]
    assert [(action["action"], action["allowed"], action["reason"]) for action in planner] == [("change", True, None)]
    assert [(action["allowed"], action["reason"]) for action in seen] == [(False, "Ingen av dina roller tillåter det")]
    refused = await training.client.patch(url, json={"maxSize": 30}, headers=reader | {"If-Match": '"1"'})
    assert refused.status_code == 403


async def test_null_is_no_value_for_what_cannot_be_empty(training: ServiceUnderTest) -> None:
    url = f"/training/v1/courses/{await create_course(training)}"
    headers = training.as_(LEADER) | {"If-Match": '"1"'}
    answer = await training.client.patch(url, json={"title": None}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["detail"].endswith("title cannot be null; leave it out to keep it")
    assert (await training.client.get(url, headers=training.as_(LEADER))).json()["version"] == 1
