"""Accounts and roles follow the roster: who comes may log in, who goes may not, duties give roles."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from services.identity.roster.service import HIDDEN, RosterService, Tally
from services.identity.roster.tasks import (
    ALIGN,
    FOLLOW,
    align_all,
    follow_roster,
    on_person_protected,
    on_roster_applied,
)
from shared.contracts.base import EventEnvelope
from shared.contracts.sync import DutyRole, PersonProtected, RosterApplied
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue import start_job
from shared.queue.changes import ChangeFeed
from shared.queue.metrics import Metrics
from shared.queue.runner import JobRunner
from tests.identity.people import verify_scope
from tests.identity.roster.feed import SyncFeed, Tokens, duty, person
from tests.support.services import ServiceUnderTest, Start

ADMIN = "tenant_admin@*"
DUE = "SELECT 1 FROM job WHERE state IN ('queued', 'running') AND run_after <= now()"


@dataclass
class Follower:
    """identity with its worker's job runner, and the feed that it reads."""

    service: ServiceUnderTest
    feed: SyncFeed = field(default_factory=SyncFeed)

    def __post_init__(self) -> None:
        changes = ChangeFeed({"sync": "http://sync.test"}, Tokens(), transport=self.feed)
        handlers = {FOLLOW: follow_roster(changes), ALIGN: align_all}
        self.runner = JobRunner(handlers, self.service.database, self.service.relay, Metrics())

    async def follow(self, *lines: Any) -> None:
        """Publish a version, let the event arrive, run the job."""
        version = self.feed.publish(*lines)
        event = RosterApplied(run_id=new_id(), origin="run", version_from=version - 1, version_to=version, counts={})
        async with self.service.database.transaction(self.service.tenant) as session:
            await on_roster_applied(session, envelope(event, self.service), event)
        await self.work()

    async def work(self) -> None:
        """Run jobs until none is due."""
        async with asyncio.timeout(10):
            while True:
                await self.runner.step()
                async with self.service.relay.transaction(None) as session:
                    waiting = await session.execute(text(DUE))
                if waiting.first() is None:
                    return
                await asyncio.sleep(0.02)

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        async with self.service.database.transaction(self.service.tenant) as session:
            return [tuple(row) for row in await session.execute(text(statement))]

    async def roles(self) -> list[tuple[Any, ...]]:
        return await self.rows(
            "SELECT a.display_name, m.role FROM membership m JOIN account a ON a.id = m.account_id ORDER BY 1, 2"
        )

    async def accounts(self) -> list[tuple[Any, ...]]:
        return await self.rows("SELECT display_name, state FROM account ORDER BY display_name")


def envelope(event: Any, service: ServiceUnderTest) -> EventEnvelope:
    return EventEnvelope(
        id=new_id(),
        type=event.type,
        version=1,
        source="sync",
        tenant=service.tenant,
        subject=event.subject,
        occurred_at=clock.now(),
        position=1,
        data=event.to_data(),
    )


@pytest.fixture
async def follower(committed_service: Start) -> AsyncIterator[Follower]:
    follower = Follower(await committed_service("identity"))
    yield follower
    await follower.runner.drain()


async def test_staff_and_pupils_with_a_login_name_get_accounts_and_guardians_do_not(follower: Follower) -> None:
    teacher, pupil = person("Tuva Test", "tuva@norrvik.example"), person("Pim Test", "pim@norrvik.example")
    await follower.follow(teacher, pupil, person("Gun Test"), duty(teacher), duty(teacher))
    assert await follower.accounts() == [("Pim Test", "open"), ("Tuva Test", "open")]
    assert await follower.roles() == [("Tuva Test", "participant"), ("Tuva Test", "participant")]


async def test_a_school_leader_heads_the_unit_of_the_duty_and_no_other(follower: Follower) -> None:
    leader, unit = person("Lea Test", "lea@norrvik.example"), new_id()
    await follower.follow(leader, duty(leader, DutyRole.school_leader, unit), duty(leader))
    heads = await follower.rows("SELECT unit_id FROM membership WHERE role = 'unit_head'")
    assert heads == [(unit,)]


async def test_a_duty_that_arrives_before_its_person_is_not_lost(follower: Follower) -> None:
    late = person("Sen Test", "sen@norrvik.example")
    await follower.follow(duty(late))
    assert await follower.roles() == []
    await follower.follow(late)
    assert await follower.roles() == [("Sen Test", "participant")]


async def test_who_leaves_the_roster_is_closed_loses_the_role_and_is_cut_off(follower: Follower) -> None:
    leaver = person("Gry Test", "gry@norrvik.example")
    work = duty(leaver)
    await follower.follow(leaver, work, person("Kvar Test", "kvar@norrvik.example"))
    await follower.follow(leaver.model_copy(update={"op": "end"}), work.model_copy(update={"op": "end"}))
    assert await follower.accounts() == [("Gry Test", "closed"), ("Kvar Test", "open")]
    assert await follower.roles() == []
    cut = await follower.rows("SELECT a.display_name FROM access_cutoff c JOIN account a ON a.id = c.account_id")
    assert cut == [("Gry Test",)]


async def test_who_only_loses_a_duty_keeps_the_account_and_is_cut_off_from_the_role(follower: Follower) -> None:
    mover = person("Flytt Test", "flytt@norrvik.example")
    work = duty(mover)
    await follower.follow(mover, work)
    assert await follower.rows("SELECT 1 FROM access_cutoff") == []
    await follower.follow(work.model_copy(update={"op": "end"}))
    assert await follower.accounts() == [("Flytt Test", "open")]
    assert len(await follower.rows("SELECT 1 FROM access_cutoff")) == 1


async def test_who_comes_back_has_the_same_account_again(follower: Follower) -> None:
    someone = person("Åter Test", "ater@norrvik.example")
    await follower.follow(someone)
    before = await follower.rows("SELECT id FROM account")
    await follower.follow(someone.model_copy(update={"op": "end"}))
    await follower.follow(someone)
    assert await follower.rows("SELECT id FROM account") == before
    assert await follower.accounts() == [("Åter Test", "open")]


async def test_an_account_that_an_administrator_closed_stays_closed(follower: Follower) -> None:
    someone = person("Stängd Test", "stangd@norrvik.example")
    await follower.follow(someone)
    service, admin = follower.service, follower.service.as_(ADMIN)
    (account,) = (await service.client.get("/identity/v1/accounts", headers=admin)).json()["items"]
    path, headers = f"/identity/v1/accounts/{account['id']}", admin | {"If-Match": '"1"'}
    await service.client.patch(path, json={"state": "closed"}, headers=headers)
    await follower.follow(someone.model_copy(update={"display_name": "Stängd Testsson"}))
    assert await follower.accounts() == [("Stängd Testsson", "closed")]


async def test_a_duty_gives_its_role_from_its_first_day_to_its_last(follower: Follower) -> None:
    someone = person("Vik Test", "vik@norrvik.example")
    first, last = date(2027, 1, 11), date(2027, 1, 15)
    await follower.follow(someone, duty(someone, starts_on=first, ends_on=last))
    held = {}
    async with follower.service.database.transaction(None) as session:
        await session.execute(
            text(
                "INSERT INTO tenant (id, kind, name, slug, is_operator, state, version, created_at, updated_at)"
                " VALUES (:id, 'authority', 'Norrvik', 'norrvik', false, 'active', 1, now(), now())"
            ),
            {"id": follower.service.tenant},
        )
    for day in (10, 11, 15, 16):
        async with follower.service.relay.transaction(None) as session:
            await start_job(session, ALIGN, {})
        with clock.frozen(datetime(2027, 1, day, 12, tzinfo=UTC)):
            await follower.work()
        held[day] = len(await follower.roles())
    assert held == {10: 0, 11: 1, 15: 1, 16: 0}


async def test_a_role_that_was_granted_by_hand_is_left_alone(follower: Follower) -> None:
    someone = person("Hand Test", "hand@norrvik.example")
    work = duty(someone)
    await follower.follow(someone, work)
    ((account,),) = await follower.rows("SELECT id FROM account")
    body = {"accountId": str(account), "role": "auditor", "side": "customer"}
    headers = follower.service.as_(ADMIN)
    await follower.service.client.post("/identity/v1/memberships", json=body, headers=headers)
    await follower.follow(work.model_copy(update={"op": "end"}))
    assert await follower.roles() == [("Hand Test", "auditor")]


async def test_a_role_from_the_roster_is_not_removed_by_hand(follower: Follower) -> None:
    someone = person("Rot Test", "rot@norrvik.example")
    await follower.follow(someone, duty(someone))
    client, admin = follower.service.client, follower.service.as_(ADMIN)
    (membership,) = (await client.get("/identity/v1/memberships", headers=admin)).json()["items"]
    path = f"/identity/v1/memberships/{membership['id']}"
    response = await client.delete(path, headers=admin | {"If-Match": '"1"'})
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (409, "membership-follows-roster")


async def test_an_account_that_was_opened_by_hand_becomes_the_persons(follower: Follower) -> None:
    await verify_scope(follower.service)
    body = {"loginName": "tidig@norrvik.example", "displayName": "Tidig"}
    admin = follower.service.as_(ADMIN)
    early = (await follower.service.client.post("/identity/v1/accounts", json=body, headers=admin)).json()
    someone = person("Tidig Test", "Tidig@norrvik.example")
    await follower.follow(someone)
    rows = await follower.rows("SELECT id::text, person_id, source, display_name FROM account")
    assert rows == [(early["id"], someone.id, "roster", "Tidig Test")]


async def test_a_changed_login_name_replaces_the_old_one(follower: Follower) -> None:
    someone = person("Namn Test", "gammal@norrvik.example")
    await follower.follow(someone)
    await follower.follow(person("Namn Test", "ny@norrvik.example", id=someone.id))
    assert await follower.rows("SELECT count(*) FROM account_login") == [(1,)]
    assert await follower.rows("SELECT login_name FROM account") == [("ny@norrvik.example",)]


async def test_a_login_name_that_somebody_else_holds_stays_with_that_account(follower: Follower) -> None:
    first, second = person("Först Test", "samma@norrvik.example"), person("Sist Test", "samma@norrvik.example")
    await follower.follow(first)
    await follower.follow(second)
    holder = await follower.rows("SELECT a.display_name FROM account_login l JOIN account a ON a.id = l.account_id")
    assert holder == [("Först Test",)]


async def test_a_protected_person_is_kept_by_alias_and_found_by_digest_alone(follower: Follower) -> None:
    await follower.follow(person("Person 4711", "hemlig@norrvik.example", protected=True))
    rows = await follower.rows("SELECT display_name, login_name, is_protected FROM account")
    assert rows == [("Person 4711", None, True)]
    assert await follower.rows("SELECT count(*) FROM account_login") == [(1,)]
    careless = person("Person 4712", "slarv@norrvik.example").model_copy(update={"protected": True})
    await follower.follow(careless)
    assert await follower.rows("SELECT 1 FROM account WHERE login_name IS NOT NULL") == []


async def test_the_name_of_who_becomes_protected_goes_at_once(follower: Follower) -> None:
    someone = person("Öppen Test", "oppen@norrvik.example")
    await follower.follow(someone)
    event = PersonProtected(person_id=someone.id, version=2)
    async with follower.service.database.transaction(follower.service.tenant) as session:
        await on_person_protected(session, envelope(event, follower.service), event)
    response = await follower.service.client.get("/identity/v1/accounts", headers=follower.service.as_(ADMIN))
    assert "Öppen" not in response.text
    assert "oppen@" not in response.text


async def test_a_page_that_was_read_before_the_marking_cannot_bring_the_name_back(follower: Follower) -> None:
    someone = person("Öppen Test", "oppen@norrvik.example")
    await follower.follow(someone)
    stale = person("Öppen Testsson", "oppen@norrvik.example", id=someone.id, version=1)
    async with follower.service.database.transaction(follower.service.tenant) as session:
        await RosterService(session).hide(someone.id, 2)
        await RosterService(session).take_in([stale], 1, Tally())
    rows = await follower.rows("SELECT display_name, login_name, is_protected FROM account")
    assert rows == [(HIDDEN, None, True)]
    follower.feed.version = 1
    await follower.follow(person("Person 4711", "oppen@norrvik.example", id=someone.id, protected=True))
    assert await follower.accounts() == [("Person 4711", "open")]


async def test_a_page_that_was_cut_off_is_read_again_and_nothing_is_done_twice(follower: Follower) -> None:
    people = [person(f"Person {number}", f"p{number}@norrvik.example") for number in range(5)]
    follower.feed.break_at = 2
    await follower.follow(*people, *[duty(one) for one in people])
    for _ in range(100):
        await follower.work()
        if await follower.rows("SELECT 1 FROM roster_position WHERE version = 1"):
            break
        await asyncio.sleep(0.1)
    assert len(await follower.accounts()) == 5
    assert len(await follower.roles()) == 5


async def test_following_is_told_in_one_event_however_many_accounts_it_opened(follower: Follower) -> None:
    people = [person(f"Person {number}", f"p{number}@norrvik.example") for number in range(9)]
    await follower.follow(*people)
    async with follower.service.relay.transaction(None) as session:
        rows = await session.execute(text("SELECT type, data FROM outbox"))
        events = [(row.type, row.data) for row in rows]
    assert [name for name, _ in events] == ["identity.roster.followed.v1"]
    assert events[0][1]["opened"] == 9


async def test_a_line_is_read_once_the_next_time_the_feed_is_asked_for_newer_ones(follower: Follower) -> None:
    await follower.follow(person("En Test", "en@norrvik.example"))
    await follower.follow(person("Två Test", "tva@norrvik.example"))
    assert [query["after"] for query in follower.feed.asked] == ["0", "1"]
