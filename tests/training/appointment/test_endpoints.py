"""Appointments: who may appoint whom, and that a Location leads somewhere."""

from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_roster

URL = "/training/v1/appointments"


async def test_an_appointment_is_read_back_where_its_location_says(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    body = {"personId": str(roster["people"][0]), "unitId": str(roster["unit"])}
    made = await training.client.post(URL, json=body, headers=training.as_(LEADER))
    there = made.headers["location"].removeprefix("http://gateway.test")
    read = await training.client.get(there, headers=training.as_(LEADER))
    assert (read.json(), read.headers["etag"]) == (made.json(), made.headers["etag"])
    other = await training.client.get(there, headers=training.as_(f"unit_head@{new_id()}"))
    assert other.status_code == 404


async def test_nobody_is_appointed_twice_or_where_they_do_not_work(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    body = {"personId": str(roster["people"][0]), "unitId": str(roster["unit"])}
    first = await training.client.post(URL, json=body, headers=training.as_(LEADER))
    again = await training.client.post(URL, json=body, headers=training.as_(LEADER))
    elsewhere = await training.client.post(URL, json=body | {"unitId": str(new_id())}, headers=training.as_(LEADER))
    assert (again.status_code, again.json()["appointmentId"]) == (409, first.json()["id"])
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["pointer"]) == (422, "#/unitId")


async def test_a_head_appoints_at_the_own_unit_only(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    body = {"personId": str(roster["people"][0]), "unitId": str(roster["unit"])}
    stranger = await training.client.post(URL, json=body, headers=training.as_(f"unit_head@{new_id()}"))
    head = await training.client.post(URL, json=body, headers=training.as_(f"unit_head@{roster['unit']}"))
    assert [stranger.status_code, head.status_code] == [403, 201]


async def test_whoever_may_not_remove_an_appointment_is_told_why_and_refused(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    body = {"personId": str(roster["people"][0]), "unitId": str(roster["unit"])}
    made = await training.client.post(URL, json=body, headers=training.as_(LEADER))
    assert [action["allowed"] for action in made.json()["allowedActions"]] == [True]
    url = f"{URL}/{made.json()['id']}"
    for roles in (("auditor@*",), ("auditor@*", f"unit_head@{new_id()}")):
        headers = training.as_(*roles) | {"If-Match": made.headers["etag"]}
        seen = (await training.client.get(url, headers=headers)).json()["allowedActions"][0]
        assert (seen["allowed"], bool(seen["reason"])) == (False, True)
        assert (await training.client.delete(url, headers=headers)).status_code in (403, 404)
