"""What becomes of mails that do not arrive, and who learns of it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from services.training.address.service import AddressSeal, AddressService
from services.training.invitation.service import FollowingService, MailService
from services.training.person_data import erase
from services.training.roster.service import RosterService
from services.training.roster.tasks import on_person_protected
from shared.contracts.sync import DutyChange, DutyRole, PersonChange, PersonProtected
from shared.kit import clock
from shared.kit.ids import new_id
from shared.kit.mail import Letter
from tests.support.jobs import Context
from tests.support.postbox import text_of
from tests.training.invitation.conftest import Office, address, give_addresses, mailing

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
LATER = datetime(2027, 3, 24, 8, tzinfo=UTC)
HOURS = timedelta(hours=2)


async def mails(office: Office, session: str, **query: Any) -> list[tuple[str, str, str | None]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = await office.call("GET", f"/sessions/{session}/mails?{asked}")
    assert answer.status_code == 200, answer.text
    return [(row["kind"], row["state"], row["reason"]) for row in answer.json()["items"]]


async def planned(office: Office) -> str:
    return await office.plan((LATER, LATER + HOURS))


async def test_a_bounce_is_shown_to_who_enrols_and_a_repeat_tries_again(office: Office) -> None:
    office.box.says = "550 no such user"
    with clock.frozen(NOW):
        session = await planned(office)
        seat = await office.seat(session)
        await office.work()
        assert await mails(office, session, state="unreachable") == [("invitation", "unreachable", "bounced")]
        other = await office.seat(await office.plan((LATER + HOURS, LATER + 2 * HOURS)))
        office.box.says = "250 OK"
        assert await office.work() == [], "nothing more goes to an address that was refused"
        head = {"roles": (f"unit_head@{office.unit}",)}
        assert (await office.call("GET", f"/enrolments/{other['id']}/mails", **head)).json()["items"][0][
            "reason"
        ] == "bounced"
        stranger = await office.call("GET", f"/sessions/{session}/mails", roles=(f"unit_head@{new_id()}",))
        assert stranger.json()["items"] == []
        for _ in range(3):
            assert (await office.call("POST", f"/enrolments/{seat['id']}/mail-repeats", **head)).json()["written"] == 1
        assert (await office.call("POST", f"/enrolments/{seat['id']}/mail-repeats")).status_code == 429
        assert [mail["To"] for mail in await office.work()] == [address(0)] * 3
        await office.act(seat, "cancellations")
        with clock.frozen(NOW + timedelta(days=2)):
            assert (await office.call("POST", f"/enrolments/{seat['id']}/mail-repeats")).status_code == 409


async def test_a_refusal_for_now_is_tried_again_with_growing_pauses_and_then_given_up(office: Office) -> None:
    office.box.says, at = "451 later", NOW
    with clock.frozen(at):
        session = await planned(office)
        await office.seat(session)
    for minutes in (5, 10, 20, 40, 80, 1):
        with clock.frozen(at):
            await office.work()
        assert (await mails(office, session))[0][1] == ("waiting" if minutes > 1 else "failed")
        at += timedelta(minutes=minutes)
        with clock.frozen(at - timedelta(seconds=1)):
            await office.work()
    assert (await mails(office, session)) == [("invitation", "failed", "given_up")]


async def test_a_worker_that_died_between_sending_and_remembering_sends_once_more_with_the_same_message_id(
    office: Office,
) -> None:
    sent: list[Letter] = []

    async def begin(minutes: int) -> int:
        """A worker that dies as soon as the mail has left; how many mails it sent."""
        before = len(sent)
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            async with office.training.database.transaction(office.training.tenant) as session:
                service = MailService(session, office.post.out)
                sent.extend([letter for one in await service.waiting(9) if (letter := await service.begin(one))])
        return len(sent) - before

    with clock.frozen(NOW):
        session = await planned(office)
        await office.seat(session)
        async with office.training.database.transaction(office.training.tenant) as db:
            await FollowingService(db).follow(UUID(session))
            assert await FollowingService(db).follow(UUID(session)) == 0
    assert [await begin(minutes) for minutes in (0, 1, 11, 22, 33)] == [1, 0, 1, 0, 0]
    assert sent[0].key == sent[1].key
    assert await mails(office, session) == [("invitation", "failed", "given_up")]


@pytest.mark.parametrize("how", ["protected", "ended", "erased", "gone"])
async def test_an_address_ends_with_protection_duty_and_erasure_and_is_read_by_nobody_else(
    office: Office, how: str
) -> None:
    training, person = office.training, office.people[0]
    with clock.frozen(NOW):
        session = await planned(office)
        await office.seat(session)
        async with training.database.transaction(training.tenant) as db:
            rows = (await db.execute(text("SELECT t::text FROM mail_address t"))).scalars().all()
            assert rows
            assert not [row for row in rows if "skola.example" in row]
            if how == "protected":
                await on_person_protected(db, None, PersonProtected(person_id=person, version=2))  # type: ignore[arg-type]
            elif how == "erased":
                await erase(db, person)
            elif how == "gone":
                line = PersonChange(version=2, op="end", id=person, display_name="Test 0", protected=False)
                await RosterService(db).take_in([line], 2)
                await AddressService(db).take_in([line])
            else:
                await db.execute(
                    text("UPDATE duty SET ends_on = '2027-02-28' WHERE person_id = :person"), {"person": person}
                )
                assert await AddressService(db).keep() == 1
            left = text("SELECT count(*) FROM mail_address WHERE id = :person")
            assert (await db.execute(left, {"person": person})).scalar_one() == 0
        with capture_logs() as logs:
            assert await office.work() == []
        assert "skola.example" not in str(logs)
        if how != "erased":
            assert await mails(office, session) == [("invitation", "unreachable", "no_address")]


async def test_a_protected_person_gets_no_mail_even_where_an_address_was_left_behind(office: Office) -> None:
    with clock.frozen(NOW):
        session = await planned(office)
        await office.seat(session)
        async with office.training.database.transaction(office.training.tenant) as db:
            await RosterService(db).hide(office.people[0], 2)
        assert await office.work() == []
        assert await mails(office, session) == [("invitation", "unreachable", "no_address")]


def newcomers(office: Office) -> tuple[PersonChange, PersonChange, DutyChange]:
    """Somebody whose work calls for no course, a pupil, and that work."""
    without = PersonChange(
        version=2, op="put", id=new_id(), display_name="Vikarie", email="vikarie@skola.example", protected=False
    )
    duty = DutyChange(
        version=2,
        op="put",
        id=new_id(),
        person_id=without.id,
        unit_id=office.unit,
        role=DutyRole.other,
        protected=False,
    )
    return without, without.model_copy(update={"id": new_id(), "display_name": "Elev"}), duty


async def test_addresses_are_kept_for_staff_with_a_need_or_a_seat_alone_and_the_roster_is_asked_again(
    office: Office,
) -> None:
    training, seal = office.training, AddressSeal(mailing(office.training, office.box).file_key_bytes())
    without, pupil, duty = newcomers(office)
    with clock.frozen(NOW):
        async with training.database.transaction(training.tenant) as db:
            await RosterService(db).take_in([without, pupil, duty], 2)
            await AddressService(db, seal).take_in([without, pupil])
            assert await AddressService(db).keep() == 2
            assert not await AddressService(db, seal).lacks()
        session = await planned(office)
        office.people.append(without.id)
        await office.seat(session, 5)
        assert await office.work() == []
        async with training.database.transaction(training.tenant) as db:
            assert await AddressService(db, seal).lacks()
            job = (await db.execute(text("SELECT kind FROM job WHERE slot LIKE 'addresses-%'"))).scalars().all()
            assert job == ["roster.follow"]
            await AddressService(db, seal).take_in([without, pupil])
            assert not await AddressService(db, seal).lacks()
            assert await AddressService(db).keep() == 1, "the pupil"
        assert await office.work() == [], "a minute has not passed"
    with clock.frozen(NOW + timedelta(minutes=1)):
        [mail] = await office.work()
        assert mail["To"] == "vikarie@skola.example"
        async with training.database.transaction(training.tenant) as db:
            await AddressService(db).forget(without.id)
        await office.seat(await office.plan((LATER + 2 * HOURS, LATER + 3 * HOURS)), 5)
        assert await office.work() == []
    with clock.frozen(NOW + timedelta(minutes=62)):
        assert await office.work() == []
        last = (await office.call("GET", f"/sessions/{session}/mails")).json()["items"]
        assert [row["state"] for row in last] == ["sent"]


async def test_a_message_reaches_every_confirmed_seat_three_times_a_day_and_no_more(office: Office) -> None:
    with clock.frozen(NOW):
        session = await office.plan((LATER, LATER + HOURS))
        for number in range(3):
            await office.seat(session, number)
        await office.work()
        body = {"subject": "Ta med dator", "text": "Ladda <b>först</b> {link}"}
        assert (await office.made(f"/sessions/{session}/messages", body))["recipients"] == 2
        first, second = await office.work()
        assert (first["To"], second["To"]) == (address(0), address(1))
        assert first["Subject"] == "Grundkurs: Ta med dator"
        assert "Ladda <b>först</b> {link}" in text_of(first)
        html = first.get_body(("html",))
        assert html is not None
        assert "&lt;b&gt;först" in html.get_content()
        for _ in range(2):
            await office.made(f"/sessions/{session}/messages", body)
        assert (await office.call("POST", f"/sessions/{session}/messages", body)).status_code == 429
        head = await office.call("POST", f"/sessions/{session}/messages", body, roles=(f"unit_head@{office.unit}",))
        assert head.status_code == 403


async def test_a_new_address_in_the_roster_ends_a_bounce(office: Office) -> None:
    settings = mailing(office.training, office.box)
    with clock.frozen(NOW):
        async with office.training.database.transaction(office.training.tenant) as db:
            addresses = AddressService(db, AddressSeal(settings.file_key_bytes()))
            await addresses.refused(office.people[1])
            await addresses.refused(office.people[0])
        await give_addresses(office.training, settings, [office.people[0]], version=2)
        await give_addresses(office.training, settings, [office.people[1]], version=2)
        async with office.training.database.transaction(office.training.tenant) as db:
            addresses = AddressService(db, AddressSeal(settings.file_key_bytes()))
            assert await addresses.find(office.people[0]) == (None, "bounced"), "it is the same address"
            assert (await addresses.find(office.people[1]))[0] == address(0)


async def test_without_a_way_out_nobody_is_told_and_nothing_is_taken_for_told(office: Office) -> None:
    from services.training.invitation.tasks import TELL, invitation_jobs  # noqa: PLC0415

    with clock.frozen(NOW):
        session = await planned(office)
        await office.seat(session)
        run = invitation_jobs(mailing(office.training, office.box, mail_host=None))[TELL]
        assert await run(Context(office.training)) == {"sent": 0}
        assert await mails(office, session) == []
        assert len(await office.work()) == 1


async def test_whoever_waits_for_a_turn_gets_one_in_the_same_run(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.training.invitation.tasks._AT_ONCE", 2)
    with clock.frozen(NOW):
        session = await planned(office)
        for number in range(5):
            await office.seat(session, number)
        async with office.training.database.transaction(office.training.tenant) as db:
            await RosterService(db).hide(office.people[0], 2)
        assert len(await office.work()) == 4
        states = Counter(state for _, state, _ in await mails(office, session))
        assert states == {"sent": 4, "unreachable": 1}
