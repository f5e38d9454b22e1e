"""Digests, reminders and summons, as a real SMTP server receives them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.projects.body.models import Seat, SeatMembership
from services.projects.notice.tasks import Post
from services.projects.person_data import erase, export
from services.projects.settings import Settings
from shared.kit import clock
from shared.kit.ids import new_id
from tests.projects.notice.conftest import ADDRESS, Person, mailing
from tests.projects.rows import move, own_row
from tests.projects.steering import make, make_body
from tests.support.postbox import text_of

# The window MAY ends on Sunday 30 May 2027.
START = datetime(2027, 5, 3, 6, tzinfo=UTC)
WEEK_BEFORE = datetime(2027, 5, 24, 8, tzinfo=UTC)
DAY_BEFORE = datetime(2027, 5, 29, 8, tzinfo=UTC)
DAY_AFTER = datetime(2027, 5, 31, 8, tzinfo=UTC)
TITLE = "Öppna <b>brandväggen"


async def test_an_unconfirmed_address_gets_its_code_and_nothing_else(person: Person) -> None:
    await person.own()
    await person.choose(digest="daily", hasReminders=True)
    with clock.frozen(DAY_AFTER):
        await person.work()
        await person.work()
    (mail,) = person.box.mails
    assert (mail["To"], mail["Subject"]) == (ADDRESS, "Startklar: Bekräfta din adress")
    assert mail["List-Unsubscribe"] is None


async def test_reminders_come_a_week_before_a_day_before_and_the_day_after_and_never_twice(person: Person) -> None:
    with clock.frozen(START):
        await person.own()
        await person.subscribe(hasReminders=True)
        await person.work()
    assert person.box.mails == []
    for number, at in enumerate((WEEK_BEFORE, DAY_BEFORE, DAY_AFTER), start=1):
        with clock.frozen(at):
            await person.work()
            await person.work()
        assert len(person.box.mails) == number
    assert [mail["Subject"] for mail in person.box.mails] == ["Startklar: Påminnelse ur planen"] * 3
    assert "Försenat" in text_of(person.box.mails[2])


async def test_nobody_is_reminded_of_what_is_done(person: Person) -> None:
    with clock.frozen(START):
        row = await person.own()
        await person.subscribe(hasReminders=True)
        await move(person.rollout, row["id"], "done")
    with clock.frozen(DAY_AFTER):
        await person.work()
    assert person.box.mails == []


async def test_a_digest_comes_once_a_day_in_the_morning_with_titles_and_links_escaped(person: Person) -> None:
    with clock.frozen(START):
        row = await person.own(title={"sv": TITLE, "en": "x"})
        await person.subscribe(digest="daily")
    with clock.frozen(datetime(2027, 5, 31, 4, tzinfo=UTC)):
        await person.work()
        assert person.box.mails == [], "it is six o'clock in Stockholm"
    with clock.frozen(DAY_AFTER):
        await person.work()
        await person.work()
    (mail,) = person.box.mails
    html = mail.get_body(("html",))
    assert html is not None
    assert "&lt;b&gt;brandväggen" in html.get_content()
    assert "<b>" not in html.get_content()
    assert f"http://gateway.test/projects/v1/activities/{row['id']}" in text_of(mail)
    with clock.frozen(datetime(2027, 6, 1, 8, tzinfo=UTC)):
        await person.work()
    assert len(person.box.mails) == 2


async def test_mail_holds_no_notes_and_no_address_stands_in_the_database(person: Person) -> None:
    with clock.frozen(START):
        row = await person.own()
        await person.subscribe(digest="daily")
        change = {"notes": "Hemlig anteckning"}
        version = (await person.rollout.get(f"/activities/{row['id']}")).json()["version"]
        assert (await person.call("PATCH", f"/activities/{row['id']}", change, version=version)).status_code == 200
    with clock.frozen(DAY_AFTER):
        await person.work()
    assert "Hemlig" not in person.box.mails[0].as_string()
    service = person.rollout.service
    async with service.database.transaction(service.tenant) as session:
        for table in ("notification_preference", "notice_mail", "sent_notice", "journal_entry"):
            rows = (await session.execute(text(f"SELECT t::text FROM {table} t"))).scalars().all()
            assert rows
            assert not [row for row in rows if ADDRESS in row]


async def test_quiet_hours_hold_mail_back_until_they_end(person: Person) -> None:
    with clock.frozen(START):
        await person.own()
        await person.subscribe(hasReminders=True, quietFrom="20:00", quietTo="11:00")
    with clock.frozen(DAY_AFTER):
        await person.work()
        assert person.box.mails == [], "it is ten o'clock in Stockholm"
    with clock.frozen(DAY_AFTER.replace(hour=10)):
        await person.work()
    assert len(person.box.mails) == 1


async def test_one_click_ends_all_mail_without_a_login(person: Person) -> None:
    with clock.frozen(START):
        await person.own()
        await person.subscribe(digest="daily", hasReminders=True)
    with clock.frozen(DAY_AFTER):
        await person.work()
        mail = person.box.mails[0]
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path = str(mail["List-Unsubscribe"]).strip("<>").removeprefix("http://gateway.test")
        form = {"List-Unsubscribe": "One-Click"}
        client = person.rollout.service.client
        assert (await client.get(path)).status_code == 405, "who only looks ends nothing"
        assert (await client.post(path, data=form)).status_code == 200
        assert (await client.post(path[:-3] + "AAA", data=form)).status_code == 404
    with clock.frozen(datetime(2027, 6, 1, 8, tzinfo=UTC)):
        await person.work()
    assert len(person.box.mails) == 2, "both left before the click"
    assert (await person.call("GET", "/my-notification-preferences")).json()["digest"] == "off"


async def test_an_address_that_is_refused_for_good_gets_nothing_more(person: Person) -> None:
    with clock.frozen(START):
        await person.own()
        await person.subscribe(digest="daily")
    person.box.says = "550 no such user"
    with clock.frozen(DAY_AFTER):
        assert (await person.work())["refused"] == 1
    person.box.says = "250 OK"
    with clock.frozen(datetime(2027, 6, 1, 8, tzinfo=UTC)):
        await person.work()
    assert person.box.mails == []
    assert (await person.call("GET", "/my-notification-preferences")).json()["addressState"] == "bouncing"


async def test_a_mail_that_is_refused_for_now_is_tried_again_after_a_pause(person: Person) -> None:
    with clock.frozen(START):
        await person.own()
        await person.subscribe(digest="daily")
    person.box.says = "451 later"
    with clock.frozen(DAY_AFTER):
        assert (await person.work())["delayed"] == 1
        person.box.says = "250 OK"
        assert (await person.work())["sent"] == 0, "the pause is not over"
    with clock.frozen(DAY_AFTER.replace(minute=6)):
        assert (await person.work())["sent"] == 1
        assert (await person.work())["sent"] == 0
    assert len(person.box.mails) == 1


async def test_starttls_is_demanded_and_no_mail_leaves_in_the_clear(person: Person) -> None:
    await person.choose(digest="daily")
    encrypted = Post.of(mailing(person.rollout, person.box, mail_tls="starttls"))
    person.post = encrypted
    assert (await person.work())["delayed"] == 1
    assert person.box.mails == []


async def test_members_are_summoned_once_when_the_last_day_for_it_has_come(person: Person) -> None:
    body = await make_body(person.rollout, summonsDays=14)
    tenant, seat_id = person.rollout.service.tenant, new_id()
    async with person.rollout.service.database.transaction(tenant) as session:
        about: dict[str, Any] = {"project_id": UUID(person.rollout.id), "body_id": UUID(body["id"])}
        session.add(Seat(tenant_id=tenant, id=seat_id, key="a", position=1, **about))
        await session.flush()
        row = SeatMembership(tenant_id=tenant, seat_id=seat_id, account_id=person.account, valid_from=date(2027, 1, 1))
        session.add(row)
    await make(
        person.rollout,
        f"/bodies/{body['id']}/meetings",
        {"title": "Om Anna", "heldOn": "2027-05-27", "localStart": "13:00", "durationMinutes": 60},
    )
    with clock.frozen(START):
        await person.subscribe(hasSummons=True)
        await person.work()
        assert person.box.mails == []
    with clock.frozen(datetime(2027, 5, 13, 8, tzinfo=UTC)):
        await person.work()
        await person.work()
    (mail,) = person.box.mails
    assert "2027-05-27 13:00" in text_of(mail)
    assert "Anna" not in mail.as_string()


async def test_another_persons_rows_are_in_nobodys_digest(person: Person) -> None:
    with clock.frozen(START):
        await own_row(person.rollout)
        await person.subscribe(digest="daily")
    with clock.frozen(DAY_AFTER):
        await person.work()
    assert person.box.mails == []


async def test_whose_access_was_removed_is_mailed_no_more(person: Person) -> None:
    with clock.frozen(START):
        await person.own()
        await person.subscribe(digest="daily")
    service = person.rollout.service
    async with service.database.transaction(service.tenant) as session:
        cutoff = text("INSERT INTO access_cutoff (tenant_id, account_id, not_before) VALUES (:tenant, :account, :at)")
        at = datetime(2027, 5, 20, tzinfo=UTC)
        values = {"tenant": service.tenant, "account": person.account, "at": at}
        await session.execute(cutoff, values)
    with clock.frozen(DAY_AFTER):
        await person.work()
    assert person.box.mails == []


async def test_a_person_can_be_shown_and_forgotten(person: Person) -> None:
    await person.subscribe(digest="daily")
    service = person.rollout.service
    async with service.database.transaction(service.tenant) as session:
        shown = (await export(session, person.account))["notices"]
        assert (shown["preferences"]["digest"], [mail["kind"] for mail in shown["mails"]]) == (
            "daily",
            ["confirmation"],
        )
        await erase(session, person.account)
        assert (await export(session, person.account))["notices"] == {"preferences": None, "mails": []}


@pytest.mark.parametrize("wrong", [{"mail_tls": "none"}, {"mail_spool": "spool"}])
def test_production_refuses_mail_in_the_clear_and_in_files(wrong: dict[str, str]) -> None:
    values: dict[str, Any] = {
        "environment": "production", "database_url": "x", "relay_database_url": "y", "redis_url": "x",
        "public_url": "https://startklar.example.org", "issuer": "https://startklar.example.org", "jwks_url": "x",
        "file_key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "mail_host": "smtp.example.org",
        "mail_from": "startklar@example.org",
    }  # fmt: skip
    Settings(**values)
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**(values | wrong))
