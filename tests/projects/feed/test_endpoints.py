"""Following calendars: an address with a secret, without persons, revocable, and silent in the log."""

from typing import Any

import httpx
import pytest
from icalendar import Calendar
from structlog.testing import capture_logs

from services.projects.feed.tasks import on_access_revoked
from shared.contracts.base import EventEnvelope
from shared.contracts.identity import AccessRevoked
from shared.kit import clock
from shared.kit.ids import new_id
from tests.projects.conftest import Rollout
from tests.projects.rows import send
from tests.projects.steering import make_body


async def follow(rollout: Rollout, *roles: str, **body: Any) -> dict[str, Any]:
    answer = await send(rollout, "POST", "/calendar-feeds", body, *roles, subject=ME)
    assert answer.status_code == 201, answer.text
    feed: dict[str, Any] = answer.json()
    return feed


ME = new_id()


async def fetch(rollout: Rollout, feed: dict[str, Any], **headers: str) -> httpx.Response:
    path = feed["url"].removeprefix("http://gateway.test")
    return await rollout.service.client.get(path, headers=headers)


def titles(answer: httpx.Response) -> list[str]:
    return [str(event["summary"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")]


async def test_a_project_can_be_followed_without_a_token_and_shows_no_notes(rollout: Rollout) -> None:
    await rollout.patch("HAN-A2.02", {"notes": "Ring Kim på 0701"})
    feed = await follow(rollout, kind="project", projectId=rollout.id)
    answer = await fetch(rollout, feed)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert len(titles(answer)) > 20
    assert any(title.startswith("Gate: ") for title in titles(answer))
    assert "Kim" not in answer.text
    assert "ATTENDEE" not in answer.text


async def test_a_calendar_that_is_known_is_not_sent_again(rollout: Rollout) -> None:
    feed = await follow(rollout, kind="project", projectId=rollout.id)
    tag = (await fetch(rollout, feed)).headers["etag"]
    assert (await fetch(rollout, feed, **{"If-None-Match": tag})).status_code == 304
    await rollout.patch("HAN-A2.02", {"title": {"sv": "Ny rubrik"}})
    assert (await fetch(rollout, feed, **{"If-None-Match": tag})).status_code == 200


async def test_a_body_shows_its_meetings_with_their_zone_and_cancelled_ones_as_such(rollout: Rollout) -> None:
    body = (await make_body(rollout))["id"]
    new = {
        "title": "Styrgrupp 1",
        "heldOn": "2027-06-09",
        "localStart": "09:00",
        "zone": "Europe/Stockholm",
        "durationMinutes": 90,
        "place": "Hos Kim",
    }
    made = await send(rollout, "POST", f"/bodies/{body}/meetings", new)
    assert made.status_code == 201, made.text
    feed = await follow(rollout, kind="body", bodyId=body)
    answer = await fetch(rollout, feed)
    assert titles(answer) == ["Styrgrupp 1"]
    assert "DTSTART;TZID=Europe/Stockholm:20270609T090000" in answer.text
    assert "BEGIN:VTIMEZONE" in answer.text
    assert "Kim" not in answer.text


async def test_ones_own_feed_shows_what_one_answers_for_and_needs_no_role(rollout: Rollout) -> None:
    changed = await rollout.patch("HAN-A2.02", {"ownerId": str(ME)})
    assert changed.status_code == 200, changed.text
    feed = await follow(rollout, "participant@*", kind="person")
    assert titles(await fetch(rollout, feed)) == [changed.json()["title"]["en"]]
    refused = await send(
        rollout, "POST", "/calendar-feeds", {"kind": "project", "projectId": rollout.id}, "participant@*"
    )
    assert refused.status_code == 403


@pytest.mark.parametrize("body", [{"kind": "project"}, {"kind": "person", "bodyId": str(new_id())}, {"kind": "body"}])
async def test_a_feed_says_what_it_is_about(rollout: Rollout, body: dict[str, Any]) -> None:
    answer = await send(rollout, "POST", "/calendar-feeds", body)
    assert answer.status_code == 422


async def test_a_revoked_feed_shows_nothing_and_only_its_own_account_revokes_it(rollout: Rollout) -> None:
    feed = await follow(rollout, kind="project", projectId=rollout.id)
    path = f"/calendar-feeds/{feed['id']}"
    assert (await send(rollout, "DELETE", path, version=1, subject=new_id())).status_code == 404
    listed = (await send(rollout, "GET", "/calendar-feeds", subject=ME)).json()["items"]
    assert feed["url"].rpartition("/")[2] not in str(listed)
    assert (await send(rollout, "DELETE", path, version=listed[0]["version"], subject=ME)).status_code == 204
    assert (await fetch(rollout, feed)).status_code == 404


async def test_an_account_has_twenty_feeds_at_a_time(rollout: Rollout) -> None:
    feeds = [await follow(rollout, kind="person") for _ in range(20)]
    more = {"kind": "person"}
    assert (await send(rollout, "POST", "/calendar-feeds", more, subject=ME)).status_code == 409
    assert (await send(rollout, "POST", "/calendar-feeds", more, subject=new_id())).status_code == 201
    path = f"/calendar-feeds/{feeds[0]['id']}"
    assert (await send(rollout, "DELETE", path, version=feeds[0]["version"], subject=ME)).status_code == 204
    assert (await send(rollout, "POST", "/calendar-feeds", more, subject=ME)).status_code == 201


async def test_an_account_that_loses_a_right_loses_its_feeds(rollout: Rollout) -> None:
    feed = await follow(rollout, kind="project", projectId=rollout.id)
    event = AccessRevoked(account_id=ME, not_before=clock.now())
    envelope = EventEnvelope(
        id=new_id(),
        type=event.type,
        version=1,
        source="identity",
        tenant=rollout.service.tenant,
        subject=ME,
        occurred_at=clock.now(),
        position=1,
        data=event.to_data(),
    )
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        await on_access_revoked(session, envelope, event)
    assert (await fetch(rollout, feed)).status_code == 404


@pytest.mark.parametrize("secret", ["x", "A" * 64, "%C3%A5" * 64])
async def test_a_guessed_address_learns_nothing(rollout: Rollout, secret: str) -> None:
    answer = await rollout.service.client.get(f"/projects/v1/calendar-files/{secret}")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("calendar-feed-not-found")


async def test_the_secret_stands_in_no_log_line(rollout: Rollout) -> None:
    feed = await follow(rollout, kind="project", projectId=rollout.id)
    with capture_logs() as logs:
        await fetch(rollout, feed)
    assert any(line.get("route", "").endswith("/calendar-files/{secret}") for line in logs)
    assert feed["url"].rpartition("/")[2] not in str(logs)
