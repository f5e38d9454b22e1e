"""Following training in a calendar: an address with a secret, that names nobody and ends at once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from icalendar import Calendar
from structlog.testing import capture_logs

from services.training.calendar.tasks import on_access_revoked
from services.training.roster.service import RosterService
from shared.contracts.base import EventEnvelope
from shared.contracts.identity import AccessRevoked
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, enrol

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
AT = datetime(2027, 3, 24, 8, tzinfo=UTC)
HOURS = timedelta(hours=2)
ME = new_id()


class House:
    """A session with a trainer and two seats."""

    def __init__(self, training: ServiceUnderTest, roster: dict[str, Any]) -> None:
        self.training = training
        self.people: list[UUID] = roster["people"]
        self.unit: UUID = roster["unit"]

    async def plan(self, starts: datetime = AT, **more: Any) -> str:
        body = {
            "courseId": await create_course(self.training, f"c-{new_id()}"), "startsAt": starts.isoformat(),
            "endsAt": (starts + HOURS).isoformat(), "place": "Sal 2", "capacity": 2,
            "trainers": [{"personId": str(self.people[2])}],
        }  # fmt: skip
        answer = await self.training.client.post(
            "/training/v1/sessions", json=body | more, headers=self.training.as_(LEADER)
        )
        assert answer.status_code == 201, answer.text
        session = str(answer.json()["id"])
        for person in self.people[:2]:
            await enrol(self.training, session, person)
        return session

    async def follow(self, kind: str, *, roles: tuple[str, ...] = ("participant@*",), **more: Any) -> httpx.Response:
        person = more.pop("person", self.people[0])
        claims: dict[str, Any] = {"person": str(person)} if person else {}
        headers = self.training.as_(*roles, subject=ME, **claims)
        return await self.training.client.post(
            "/training/v1/calendar-feeds", json={"kind": kind} | more, headers=headers
        )

    async def fetch(self, feed: httpx.Response, **headers: str) -> httpx.Response:
        assert feed.status_code == 201, feed.text
        path = str(feed.json()["url"]).removeprefix("http://gateway.test")
        return await self.training.client.get(path, headers=headers)

    async def cancel(self, session: str) -> None:
        headers = self.training.as_(LEADER)
        found = (await self.training.client.get(f"/training/v1/sessions/{session}", headers=headers)).json()
        answer = await self.training.client.post(
            f"/training/v1/sessions/{session}/cancellations", json={"reason": "x"},
            headers=headers | {"If-Match": f'"{found["version"]}"'},
        )  # fmt: skip
        assert answer.status_code == 201, answer.text


async def house(training: ServiceUnderTest) -> House:
    return House(training, await create_roster(training))


def titles(answer: httpx.Response) -> list[tuple[str, str]]:
    found = Calendar.from_ical(answer.content).walk("VEVENT")
    return [(str(event["summary"]), str(event["status"])) for event in found]


async def test_each_kind_shows_its_own_sessions_and_names_nobody(training: ServiceUnderTest) -> None:
    home = await house(training)
    with clock.frozen(NOW):
        session = await home.plan()
        await home.plan(AT + timedelta(days=1), trainers=[{"personId": str(home.people[2]), "duty": "backup"}])
        async with training.database.transaction(training.tenant) as db:
            await RosterService(db).hide(home.people[1], 9)
        mine = await home.follow("personal")
        held = await home.follow("trainer", person=home.people[2])
        unit = await home.follow("unit", roles=(f"unit_head@{home.unit}",), unitId=str(home.unit))
        for feed in (mine, held, unit):
            answer = await home.fetch(feed)
            assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
            assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in answer.text
            assert "DTSTART;TZID=Europe/Stockholm:20270324T090000" in answer.text
            assert not [
                word for word in ("ATTENDEE", "ORGANIZER", "Test 0", "Test 2", "Skyddad") if word in answer.text
            ]
            assert ("BEGIN:VALARM" in answer.text) == (feed is mine)
        assert titles(await home.fetch(mine)) == [("Basics", "CONFIRMED")] * 2
        assert titles(await home.fetch(held)) == [("Basics", "CONFIRMED"), ("Basics (backup)", "CONFIRMED")]
        assert titles(await home.fetch(unit)) == [("Basics (2)", "CONFIRMED")] * 2
        await home.cancel(session)
        assert titles(await home.fetch(mine)) == [("Basics", "CONFIRMED")]
        assert ("Basics", "CANCELLED") in titles(await home.fetch(held))


async def test_a_calendar_that_is_known_is_not_sent_again_and_its_secret_stays_out_of_lists_and_logs(
    training: ServiceUnderTest,
) -> None:
    home = await house(training)
    with clock.frozen(NOW), capture_logs() as logs:
        session = await home.plan()
        feed = await home.follow("trainer", person=home.people[2])
        assert feed.headers["cache-control"] == "no-store"
        tag = (await home.fetch(feed)).headers["etag"]
        assert (await home.fetch(feed, **{"If-None-Match": tag})).status_code == 304
        await home.cancel(session)
        assert (await home.fetch(feed, **{"If-None-Match": tag})).status_code == 200
        listed = await training.client.get("/training/v1/calendar-feeds", headers=training.as_(LEADER, subject=ME))
        secret = feed.json()["url"].rpartition("/")[2]
        assert (len(listed.json()["items"]), secret in listed.text) == (1, False)
    assert secret not in str(logs)


async def test_a_revoked_feed_shows_nothing_and_only_its_own_account_revokes_it(training: ServiceUnderTest) -> None:
    home = await house(training)
    feeds = [await home.follow("personal") for _ in range(2)]
    path = f"/training/v1/calendar-feeds/{feeds[0].json()['id']}"
    mine, other = (training.as_("participant@*", subject=one) | {"If-Match": '"1"'} for one in (ME, new_id()))
    assert (await training.client.delete(path, headers=other)).status_code == 404
    assert (await training.client.delete(path, headers=mine | {"If-Match": '"7"'})).status_code == 412
    assert (await training.client.delete(path, headers=mine)).status_code == 204
    assert [(await home.fetch(feed)).status_code for feed in feeds] == [404, 200]
    event = AccessRevoked(account_id=ME, not_before=clock.now())
    envelope = EventEnvelope(
        id=new_id(), type=event.type, version=1, source="identity", tenant=training.tenant, subject=ME,
        occurred_at=clock.now(), position=1, data=event.to_data(),
    )  # fmt: skip
    async with training.database.transaction(training.tenant) as session:
        await on_access_revoked(session, envelope, event)
    assert (await home.fetch(feeds[1])).status_code == 404


async def test_a_unit_is_followed_by_who_sees_its_people_and_ones_own_calendar_needs_a_person(
    training: ServiceUnderTest,
) -> None:
    home = await house(training)
    head, unit = (f"unit_head@{home.unit}",), str(home.unit)
    refused = [
        await home.follow("unit", unitId=unit),
        await home.follow("unit", roles=(f"unit_head@{new_id()}",), unitId=unit),
        await home.follow("unit", roles=head),
        await home.follow("personal", unitId=unit),
        await home.follow("unit", roles=(LEADER,), unitId=str(new_id())),
        await home.follow("personal", person=None),
    ]
    assert [answer.status_code for answer in refused] == [422, 422, 422, 422, 422, 403]
    made = [(await home.follow("unit", roles=head, unitId=unit)).status_code for _ in range(21)]
    assert made == [201] * 20 + [409]
    assert (await training.client.get("/training/v1/calendar-files/wrong")).status_code == 404
