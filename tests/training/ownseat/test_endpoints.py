"""Whoever follows the link in a mail looks after their own seat, and after nobody else's."""

from datetime import UTC, datetime, timedelta

import httpx

from shared.kit import clock
from tests.training.invitation.conftest import Office, office

__all__ = ["office"]

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
AT = datetime(2027, 3, 24, 8, tzinfo=UTC)


async def test_an_offer_is_taken_and_a_seat_given_back_by_whose_they_are(office: Office) -> None:
    async def call(method: str, path: str, number: int, version: int | None = None) -> httpx.Response:
        person = str(office.people[number])
        return await office.call(method, path, roles=("participant@*",), person=person, version=version)

    with clock.frozen(NOW):
        session = await office.plan((AT, AT + timedelta(hours=2)), capacity=1, promotion="offered")
        seat, queued = await office.seat(session, 0), await office.seat(session, 1)
        for method, path in (
            ("GET", f"/my-enrolments/{seat['id']}"),
            ("POST", f"/my-enrolments/{seat['id']}/cancellations"),
            ("POST", f"/my-enrolments/{seat['id']}/acceptances"),
        ):
            assert (await call(method, path, 1, version=1)).status_code == 404
            stranger = await office.call(method, path, roles=("participant@*",), version=1)
            assert stranger.status_code == 404, "an account of nobody in the roster"
        mine = (await call("GET", "/my-enrolments", 0)).json()["items"]
        assert [(row["id"], row["state"], row["displayName"]) for row in mine] == [(seat["id"], "confirmed", "Test 0")]
        assert [action["allowed"] for action in mine[0]["allowedActions"]] == [True, False]
        given = await call("POST", f"/my-enrolments/{seat['id']}/cancellations", 0, version=1)
        assert (given.status_code, given.json()["state"]) == (201, "cancelled")
        offer = await call("GET", f"/my-enrolments/{queued['id']}", 1)
        assert offer.json()["state"] == "offered"
        version = int(offer.headers["etag"].strip('"'))
        assert (await call("POST", f"/my-enrolments/{queued['id']}/acceptances", 1, version=1)).status_code == 412
        taken = await call("POST", f"/my-enrolments/{queued['id']}/acceptances", 1, version=version)
        assert (taken.status_code, taken.json()["state"]) == (201, "confirmed")
