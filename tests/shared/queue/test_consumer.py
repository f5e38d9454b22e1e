"""Consuming: once, in order, under the right tenant, from a feed that cannot lie."""

import asyncio
from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

import httpx
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.base import Event, EventEnvelope
from shared.kit.ids import new_id
from shared.queue import publish, reset_feed
from shared.queue.consumer import Consumer, Handlers
from shared.queue.feed import FeedPage, FeedRefused
from shared.queue.metrics import Metrics
from shared.queue.source import FeedUnavailable, HttpFeed
from tests.shared.queue.conftest import Pair
from tests.shared.queue.toy.model import ThingBroken, ThingMade, keep_effect

EFFECTS = "SELECT serial FROM effect ORDER BY n"
POSITION = "SELECT position FROM feed_position"


class Source:
    """The owner's feed with a chance to falsify it."""

    def __init__(self, pair: Pair, change: Callable[[FeedPage], FeedPage] = lambda page: page) -> None:
        self._pair = pair
        self.change = change

    async def page(self, owner: str, after: int, limit: int) -> FeedPage:
        return self.change(await self._pair.page(owner, after, limit))


def consumer_of(pair: Pair, source: Source | None = None, handlers: Handlers | None = None) -> Consumer:
    return Consumer("toys", handlers or {ThingMade: keep_effect}, pair.shelf.app, source or Source(pair), Metrics())


async def test_each_event_is_applied_once_in_order_under_its_tenant(pair: Pair) -> None:
    one, two = new_id(), new_id()
    await pair.make(one, one, two, one)
    await pair.sequence()
    consumer = consumer_of(pair)
    await consumer.step()
    await consumer.step()
    found = await pair.shelf.rows("SELECT serial, tenant_id, position FROM effect ORDER BY n")
    assert found == [(0, one, 1), (1, one, 2), (2, two, 3), (3, one, 4)]
    assert await pair.shelf.rows(POSITION) == [(4,)]


async def test_the_traceparent_reaches_the_handlers_session(pair: Pair, tenant: UUID) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    async with pair.toys.app.transaction(tenant, traceparent=trace) as session:
        await publish(session, ThingMade(thing_id=new_id()))
    await pair.sequence()
    await consumer_of(pair).step()
    assert await pair.shelf.rows("SELECT traceparent FROM effect") == [(trace,)]


async def test_what_nobody_handles_is_passed_over(pair: Pair, tenant: UUID) -> None:
    async with pair.toys.app.transaction(tenant) as session:
        await publish(session, ThingBroken(thing_id=new_id()))
    await pair.make(tenant)
    await pair.sequence()
    await consumer_of(pair).step()
    assert await pair.shelf.rows(EFFECTS) == [(0,)]
    assert await pair.shelf.rows(POSITION) == [(2,)]


async def test_an_event_without_a_tenant_is_applied_without_one(pair: Pair) -> None:
    seen: list[object] = []

    async def note(session: AsyncSession, envelope: EventEnvelope, event: ThingMade) -> None:
        seen.append((session.info["tenant"], envelope.tenant))

    async with pair.toys.app.transaction(None) as session:
        await publish(session, ThingMade(thing_id=new_id()))
    await pair.sequence()
    await consumer_of(pair, handlers={ThingMade: note}).step()
    assert seen == [(None, None)]


async def test_replicas_that_pull_the_same_page_apply_it_once(pair: Pair) -> None:
    tenants = [new_id() for _ in range(4)]
    await pair.make(*[tenants[n % 4] for n in range(30)])
    await pair.sequence()
    await asyncio.gather(*[consumer_of(pair).step() for _ in range(4)])
    assert await pair.shelf.rows(EFFECTS) == [(serial,) for serial in range(30)]


async def test_a_crash_between_effect_and_position_is_impossible(pair: Pair, tenant: UUID) -> None:
    """The handler's effect and the position are one transaction: when it dies, neither is there."""

    async def killed(session: AsyncSession, envelope: EventEnvelope, event: ThingMade) -> None:
        await keep_effect(session, envelope, event)
        await session.flush()
        raise asyncio.CancelledError

    await pair.make(tenant)
    await pair.sequence()
    with pytest.raises(asyncio.CancelledError):
        await consumer_of(pair, handlers={ThingMade: killed}).step()
    assert await pair.shelf.rows(EFFECTS) == []
    assert await pair.shelf.rows(POSITION) == [(0,)]
    await consumer_of(pair).step()
    assert await pair.shelf.rows(EFFECTS) == [(0,)]


def _restored(page: FeedPage) -> FeedPage:
    return page.model_copy(update={"head": 1, "items": (), "after_id": None})


def _rewritten(page: FeedPage) -> FeedPage:
    return page.model_copy(update={"after_id": new_id()})


def _gap(page: FeedPage) -> FeedPage:
    return page.model_copy(update={"items": page.items[1:]})


def _withheld(page: FeedPage) -> FeedPage:
    return page.model_copy(update={"items": ()})


def _swapped(page: FeedPage) -> FeedPage:
    return page.model_copy(update={"items": page.items[::-1]})


def _stranger(page: FeedPage) -> FeedPage:
    first = page.items[0].model_copy(update={"source": "projects"})
    return page.model_copy(update={"items": (first, *page.items[1:])})


@pytest.mark.parametrize("change", [_restored, _rewritten, _gap, _withheld, _swapped, _stranger])
async def test_a_feed_that_does_not_continue_is_refused_and_nothing_applied(
    pair: Pair, tenant: UUID, change: Callable[[FeedPage], FeedPage]
) -> None:
    await pair.make(tenant, tenant)
    await pair.sequence()
    source = Source(pair)
    consumer = consumer_of(pair, source)
    await consumer.step()
    await pair.make(tenant, tenant, serial=2)
    await pair.sequence()
    source.change = change
    with pytest.raises(FeedRefused):
        await consumer.step()
    assert await pair.shelf.rows(EFFECTS) == [(0,), (1,)]
    source.change = lambda page: page
    await consumer.step()
    assert await pair.shelf.rows(EFFECTS) == [(0,), (1,), (2,), (3,)]


async def test_a_consumer_rebuilds_from_zero(pair: Pair, tenant: UUID) -> None:
    await pair.make(tenant, tenant, tenant)
    await pair.sequence()
    consumer = consumer_of(pair)
    await consumer.step()
    async with pair.shelf.relay.transaction(None) as session:
        await reset_feed(session, "toys")
    await consumer.step()
    assert await pair.shelf.rows(EFFECTS) == [(0,), (1,), (2,)] * 2


async def test_a_long_feed_comes_in_pages(pair: Pair, tenant: UUID) -> None:
    await pair.make(*[tenant] * 12)
    await pair.sequence()
    consumer = consumer_of(pair)
    consumer.page_size = 5
    assert [await consumer.step(), await consumer.step(), await consumer.step()] == [True, True, False]
    assert len(await pair.shelf.rows(EFFECTS)) == 12


class Token:
    async def token(self, service: str, /) -> str:
        return "secret"


Answer = Callable[[httpx.Request], httpx.Response]


async def _ask(answer: Answer) -> FeedPage:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        return await HttpFeed({"toys": "http://toys.test"}, Token(), client).page("toys", 3, 10)


async def test_the_feed_is_asked_for_with_position_and_token() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "http://toys.test/internal/events?after=3&limit=10"
        assert request.headers["authorization"] == "Bearer secret"
        return httpx.Response(200, json={"items": [], "head": 3, "afterId": None})

    assert (await _ask(answer)).head == 3


def _unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


@pytest.mark.parametrize(
    "answer",
    [
        _unreachable,
        lambda _: httpx.Response(401),
        lambda _: httpx.Response(302, headers={"location": "http://elsewhere.test"}),
        lambda _: httpx.Response(200, content=b"<html>"),
        lambda _: httpx.Response(200, json={"items": [{"position": 4}], "head": 4}),
    ],
)
async def test_an_owner_that_gives_no_page_is_tried_again_later(answer: Answer) -> None:
    with pytest.raises(FeedUnavailable):
        await _ask(answer)


async def test_an_owner_without_an_address_is_named() -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(FeedUnavailable, match="toys"):
            await HttpFeed({}, Token(), client).page("toys", 0, 1)


class ThingMadeAnew(Event):
    """A thing was made, told by what it is made of."""

    type: ClassVar[str] = "toys.thing.made.v2"
    thing_id: UUID
    material: str
    origin: str | None = None


async def test_two_versions_of_an_event_are_told_side_by_side_for_a_release(pair: Pair, tenant: UUID) -> None:
    """Old readers follow the first, new ones the second; who reads both would act twice, so nobody does."""
    heard: list[str] = []

    async def old(session: AsyncSession, envelope: EventEnvelope, event: ThingMade) -> None:
        heard.append(f"old v{envelope.version}")

    async def new(session: AsyncSession, envelope: EventEnvelope, event: ThingMadeAnew) -> None:
        heard.append(f"new v{envelope.version} {event.material} {event.origin}")

    thing = new_id()
    async with pair.toys.app.transaction(tenant) as session:
        await publish(session, ThingMade(thing_id=thing))
        await publish(session, ThingMadeAnew(thing_id=thing, material="wood"))
    await pair.sequence()
    await consumer_of(pair, handlers={ThingMade: old}).step()
    async with pair.shelf.relay.transaction(None) as session:
        await reset_feed(session, "toys")
    await consumer_of(pair, handlers={ThingMadeAnew: new}).step()
    assert heard == ["old v1", "new v2 wood None"]


async def test_a_field_that_an_older_reader_does_not_know_is_passed_over(pair: Pair, tenant: UUID) -> None:
    def widened(page: FeedPage) -> FeedPage:
        items = [one.model_copy(update={"data": one.data | {"colour": "red"}}) for one in page.items]
        return page.model_copy(update={"items": items})

    await pair.make(tenant)
    await pair.sequence()
    await consumer_of(pair, Source(pair, widened)).step()
    assert await pair.shelf.rows(EFFECTS) == [(0,)]
