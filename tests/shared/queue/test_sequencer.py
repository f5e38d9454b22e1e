"""Positions: gapless, after the commit, never behind a reader."""

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.contracts.base import Event
from shared.kit.ids import new_id
from shared.queue import publish
from shared.queue.feed import read_feed
from shared.queue.sequencer import sequence
from tests.shared.queue.conftest import Pair
from tests.shared.queue.toy.model import ThingBroken, ThingMade, make_thing


async def test_an_event_exists_exactly_when_its_change_does(pair: Pair, tenant: UUID) -> None:
    await pair.make(tenant)
    with pytest.raises(RuntimeError, match="changed my mind"):
        async with pair.toys.app.transaction(tenant) as session:
            await make_thing(session, 1)
            raise RuntimeError("changed my mind")
    assert await pair.sequence() == 1
    assert await pair.toys.rows("SELECT count(*) FROM thing") == [(1,)]


async def test_the_feed_tells_what_was_published(pair: Pair, tenant: UUID) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    async with pair.toys.app.transaction(tenant, traceparent=trace) as session:
        thing_id = await make_thing(session, 7)
    async with pair.toys.app.transaction(None) as session:
        await publish(session, ThingBroken(thing_id=thing_id))
    await pair.sequence()
    page = await pair.page("toys", 0, 10)
    made, broken = page.items
    assert (made.position, made.type, made.version, made.source) == (1, "toys.thing.made.v1", 1, "toys")
    assert (made.tenant, made.subject, made.traceparent) == (tenant, thing_id, trace)
    assert made.data == {"thingId": str(thing_id), "serial": 7}
    assert (broken.position, broken.tenant, page.head, page.after_id) == (2, None, 2, None)
    assert (await pair.page("toys", 1, 10)).after_id == made.id


async def test_a_transaction_held_open_across_many_commits_is_neither_skipped_nor_reordered(
    pair: Pair, tenant: UUID
) -> None:
    seen: list[UUID] = []

    async def read_on() -> None:
        await pair.sequence()
        page = await pair.page("toys", len(seen), 500)
        seen.extend(item.subject for item in page.items)

    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(pair.toys.app.transaction(tenant))
        late = await make_thing(session, -1)
        async with pair.toys.app.transaction(tenant) as other:
            for serial in range(40):
                await make_thing(other, serial)
        for serial in range(60):
            await pair.make(new_id(), serial=serial)
            if serial % 20 == 0:
                await read_on()
        await read_on()
        assert late not in seen
        assert len(seen) == 100
    await read_on()
    assert seen[-1] == late
    positions = [row[0] for row in await pair.toys.rows("SELECT position FROM event_log ORDER BY position")]
    assert positions == list(range(1, 102))


async def test_replicas_that_sequence_at_once_give_each_position_once(pair: Pair) -> None:
    for _ in range(8):
        await pair.make(*[new_id() for _ in range(5)])

    async def replica() -> int:
        total = 0
        for _ in range(10):
            async with pair.toys.relay.transaction(None) as session:
                total += await sequence(session, batch=7)
        return total

    assert sum(await asyncio.gather(*[replica() for _ in range(4)])) == 40
    rows = await pair.toys.rows(
        "SELECT e.position, t.serial FROM event_log e JOIN thing t ON t.id = e.subject ORDER BY 1"
    )
    assert [row[0] for row in rows] == list(range(1, 41))
    assert [row[1] for row in rows] == [*range(5)] * 8


async def test_only_one_replica_sequences_at_a_time(pair: Pair, tenant: UUID) -> None:
    await pair.make(tenant)
    async with pair.toys.relay.transaction(None) as session:
        await sequence(session)
        held = "SELECT mode, granted FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        assert [tuple(row) for row in await session.execute(text(held))] == [("ExclusiveLock", True)]


async def test_an_event_type_of_another_service_cannot_be_published(pair: Pair, tenant: UUID) -> None:
    class Foreign(Event):
        type = "shelf.thing.stolen.v1"
        thing_id: UUID

    with pytest.raises(IntegrityError):
        async with pair.toys.app.transaction(tenant) as session:
            await publish(session, Foreign(thing_id=new_id()))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM outbox",
        "SELECT * FROM event_log",
        "DELETE FROM outbox",
        "INSERT INTO event_log SELECT 1",
        "UPDATE feed_head SET position = 9",
    ],
)
async def test_the_web_process_can_neither_read_nor_rewrite_the_feed(pair: Pair, tenant: UUID, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with pair.toys.app.transaction(tenant) as session:
            await session.execute(text(statement))


async def test_an_event_cannot_be_published_for_another_tenant(pair: Pair, tenant: UUID) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with pair.toys.app.transaction(tenant) as session:
            session.info["tenant"] = new_id()
            await publish(session, ThingMade(thing_id=new_id()))


async def test_the_relay_role_sees_no_business_table(pair: Pair) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with pair.toys.relay.transaction(None) as session:
            await session.execute(text("SELECT * FROM thing"))


async def test_a_page_is_never_longer_than_asked_for(pair: Pair) -> None:
    await pair.make(*[new_id() for _ in range(5)])
    await pair.sequence()
    async with pair.toys.relay.transaction(None) as session:
        page = await read_feed(session, 1, 2)
    assert [item.position for item in page.items] == [2, 3]
    assert page.head == 5
