"""What people are mailed about their seats, as a real SMTP server receives it."""

from datetime import UTC, datetime, timedelta

from shared.kit import clock
from tests.support.postbox import text_of
from tests.training.invitation.conftest import Office, address, event_of, has_event

# Wednesday before and Wednesday after the clocks change on Sunday 28 March 2027: nine in Stockholm.
NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
WINTER, SUMMER = datetime(2027, 3, 24, 8, tzinfo=UTC), datetime(2027, 3, 31, 7, tzinfo=UTC)
HOURS = timedelta(hours=2)


async def test_a_seat_is_invited_once_moved_with_a_higher_sequence_and_cancelled_under_the_same_uid(
    office: Office,
) -> None:
    with clock.frozen(NOW):
        session = await office.plan((WINTER, WINTER + HOURS))
        seat = await office.seat(session)
        [mail] = await office.work()
        assert await office.work() == []
        first = event_of(mail)
        assert (mail["To"], mail["Subject"]) == (address(0), "Plats bekräftad: Grundkurs 2027-03-24")
        assert (first["method"], first["sequence"], first["status"]) == ("REQUEST", 0, "CONFIRMED")
        assert first["attendee"] == f"mailto:{address(0)}"
        assert first["organizer"] == "mailto:startklar@example.org"
        assert first.decoded("dtstamp") == NOW
        assert "09:00-11:00 (Stockholm)" in text_of(mail)
        assert f"https://app.example/training/enrolments/{seat['id']}" in text_of(mail)
    with clock.frozen(NOW + HOURS):
        await office.change(session, capacity=3)
        assert await office.work() == [], "more seats are nobody's news"
        await office.change(session, dates=[{"startsAt": SUMMER.isoformat(), "endsAt": (SUMMER + HOURS).isoformat()}])
        [mail] = await office.work()
        second = event_of(mail)
        assert (second["uid"], second["sequence"], second["method"]) == (first["uid"], 1, "REQUEST")
        assert second.decoded("dtstart") == SUMMER
        assert mail["Subject"].startswith("Ändrad tid eller plats")
        await office.change(session, place="Aulan")
        [mail] = await office.work()
        assert (event_of(mail)["sequence"], event_of(mail)["location"]) == (2, "Aulan")
        await office.act(seat, "cancellations")
        [mail] = await office.work()
        last = event_of(mail)
        assert (last["uid"], last["sequence"], last["method"], last["status"]) == (
            first["uid"], 3, "CANCEL", "CANCELLED",
        )  # fmt: skip
        assert last["attendee"] == f"mailto:{address(0)}"
        assert await office.work() == []
