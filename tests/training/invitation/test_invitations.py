"""What people are mailed about their seats, as a real SMTP server receives it."""

from datetime import UTC, datetime, timedelta

from shared.kit import clock
from tests.support.postbox import text_of
from tests.support.training import mark
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


async def test_each_date_is_an_event_of_its_own_and_only_the_one_that_moved_is_told_anew(office: Office) -> None:
    days = [WINTER, WINTER + timedelta(days=1), SUMMER]
    with clock.frozen(NOW):
        session = await office.plan(*((day, day + HOURS) for day in days))
        await office.seat(session)
        first = {event_of(mail).decoded("dtstart"): str(event_of(mail)["uid"]) for mail in await office.work()}
        assert sorted(first) == days
        moved = days[1] + timedelta(hours=3)
        body = [{"startsAt": day.isoformat(), "endsAt": (day + HOURS).isoformat()} for day in (days[0], moved, days[2])]
        await office.change(session, dates=body)
        [mail] = await office.work()
        event = event_of(mail)
        assert (event["uid"], event["sequence"], event.decoded("dtstart")) == (first[days[1]], 1, moved)
        await office.change(session, dates=[body[0], body[2]])
        [mail] = await office.work()
        assert (event_of(mail)["method"], event_of(mail)["uid"]) == ("CANCEL", first[days[1]])


async def test_who_was_at_the_first_date_is_told_and_reminded_of_the_others_alone(office: Office) -> None:
    days = [WINTER, WINTER + timedelta(days=1), SUMMER]
    with clock.frozen(NOW):
        session = await office.plan(*((day, day + HOURS) for day in days))
        seat = await office.seat(session)
        await office.work()
    with clock.frozen(WINTER + timedelta(minutes=30)):
        walked = await office.made(f"/sessions/{session}/walk-ins", {"personId": str(office.people[1])})
        assert walked["state"] == "attended"
        events = [event_of(mail) for mail in await office.work() if mail["To"] == address(1)]
        assert [event.decoded("dtstart") for event in events] == days[1:]
        await mark(office.training, session, {seat["id"]: "partial", walked["id"]: "no_show"})
        assert await office.work() == []
        body = [{"startsAt": day.isoformat(), "endsAt": (day + HOURS).isoformat()} for day in days]
        body[2]["endsAt"] = (SUMMER + 2 * HOURS).isoformat()
        await office.change(session, dates=body)
        told = {mail["To"]: event_of(mail)["sequence"] for mail in await office.work()}
        assert told == {address(0): 1, address(1): 1}, "who was absent once may come to the others"
        await office.made(f"/sessions/{session}/messages", {"subject": "Lunch", "text": "Kl. 12"})
        assert [mail["To"] for mail in await office.work()] == [address(0)]
    with clock.frozen(SUMMER - timedelta(minutes=50)):
        reminders = await office.work()
        assert {(mail["To"], has_event(mail)) for mail in reminders} == {(address(0), False), (address(1), False)}
        version = (await office.call("GET", f"/sessions/{session}")).json()["version"]
        await office.made(f"/sessions/{session}/cancellations", {"reason": "Sjuk utbildare"}, version=version)
        assert {(mail["To"], event_of(mail)["method"]) for mail in await office.work()} == {
            (address(0), "CANCEL"),
            (address(1), "CANCEL"),
        }


async def test_queue_offer_and_lapse_are_told_without_a_calendar_part(office: Office) -> None:
    with clock.frozen(NOW):
        session = await office.plan((WINTER, WINTER + HOURS), capacity=1, promotion="offered")
        seat, queued = await office.seat(session, 0), await office.seat(session, 1)
        invited, waiting = await office.work()
        assert (has_event(invited), has_event(waiting)) == (True, False)
        assert (waiting["To"], waiting["Subject"]) == (address(1), "I kö: Grundkurs")
        await office.act(seat, "cancellations")
        cancelled, offered = sorted(await office.work(), key=lambda mail: str(mail["To"]))
        assert event_of(cancelled)["method"] == "CANCEL"
        assert not has_event(offered)
        assert "hålls för dig till 2027-03-02 09:00" in text_of(offered)
        assert f"https://app.example/training/enrolments/{queued['id']}" in text_of(offered).splitlines()
    with clock.frozen(NOW + timedelta(days=2)):
        await office.act(queued, "cancellations")
        [mail] = await office.work()
        assert (mail["Subject"], has_event(mail)) == ("Inte längre i kö: Grundkurs", False)


async def test_a_move_a_substitute_and_a_cancelled_session_tell_everybody_concerned(office: Office) -> None:
    with clock.frozen(NOW):
        here = await office.plan((WINTER, WINTER + HOURS))
        there = await office.plan((SUMMER, SUMMER + HOURS))
        first, second = await office.seat(here, 0), await office.seat(there, 1)
        await office.work()

        async def told() -> list[tuple[str, str, datetime]]:
            mails = [(str(mail["To"]), event_of(mail)) for mail in await office.work()]
            return sorted((to, str(event["method"]), event.decoded("dtstart")) for to, event in mails)

        moved = await office.act(first, "moves", {"sessionId": there})
        assert await told() == [(address(0), "CANCEL", WINTER), (address(0), "REQUEST", SUMMER)]
        await office.act(second, "substitutions", {"personId": str(office.people[2])})
        assert await told() == [(address(1), "CANCEL", SUMMER), (address(2), "REQUEST", SUMMER)]
        other = await office.seat(here, 3)
        await office.work()
        await office.act(moved, "swaps", {"enrolmentId": other["id"]})
        assert await told() == [
            (address(0), "CANCEL", SUMMER),
            (address(0), "REQUEST", WINTER),
            (address(3), "CANCEL", WINTER),
            (address(3), "REQUEST", SUMMER),
        ]
        version = (await office.call("GET", f"/sessions/{there}")).json()["version"]
        await office.made(f"/sessions/{there}/cancellations", {"reason": "Sjuk utbildare"}, version=version)
        assert await told() == [(address(2), "CANCEL", SUMMER), (address(3), "CANCEL", SUMMER)]


async def test_who_was_never_told_of_a_seat_is_not_told_that_it_is_gone(office: Office) -> None:
    with clock.frozen(NOW):
        seat = await office.seat(await office.plan((WINTER, WINTER + HOURS)))
        await office.act(seat, "cancellations")
        assert await office.work() == []
        gone = await office.plan((SUMMER, SUMMER + HOURS))
        office.box.says = "451 later"
        seat = await office.seat(gone)
        await office.work()
        await office.act(seat, "cancellations")
    office.box.says = "250 OK"
    with clock.frozen(NOW + timedelta(hours=1)):
        assert await office.work() == [], "the invitation was overtaken on its way"
