"""An event that fails: tried again, parked in sight, its tenant waits in order, the others go on, replay mends it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.base import EventEnvelope
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue import parking, replay_parked
from shared.queue.consumer import Consumer
from shared.queue.metrics import Metrics
from shared.queue.parking import Retries
from tests.shared.queue.conftest import Pair
from tests.shared.queue.toy.model import ThingMade, keep_effect

EFFECTS = "SELECT serial FROM effect ORDER BY n"
PARKED = "SELECT position, state, attempts FROM parked_event ORDER BY position"


class Shelf:
    """A consumer whose handler refuses serial numbers in `bad`."""

    def __init__(self, pair: Pair, *bad: int) -> None:
        self.pair = pair
        self.bad = set(bad)
        self.tries = 0
        self.consumer = Consumer("toys", {ThingMade: self.handle}, pair.shelf.app, pair, Metrics())
        self.consumer.retries = Retries(tries=3, first=1.0, factor=2.0)

    async def handle(self, session: AsyncSession, envelope: EventEnvelope, event: ThingMade) -> None:
        await keep_effect(session, envelope, event)
        if event.serial in self.bad:
            self.tries += 1
            raise ValueError("Astrid Lindqvist lives here")

    async def pull(self) -> None:
        await self.pair.sequence()
        while await self.consumer.step():
            pass

    async def retry(self) -> None:
        """What the worker does each second."""
        async with self.pair.shelf.relay.transaction(None) as session:
            waiting = await parking.due(session)
        for _, tenant in waiting:
            while await self.consumer.retry(tenant):
                pass


@pytest.fixture
def other() -> UUID:
    return new_id()


async def test_later_events_of_the_tenant_wait_and_other_tenants_go_on(pair: Pair, tenant: UUID, other: UUID) -> None:
    await pair.make(tenant, tenant, other, tenant, other)
    shelf = Shelf(pair, 1)
    await shelf.pull()
    assert await pair.shelf.rows(EFFECTS) == [(0,), (2,), (4,)]
    assert await pair.shelf.rows(PARKED) == [(2, "retrying", 1), (4, "held", 0)]
    await pair.make(tenant, other, serial=5)
    await shelf.pull()
    assert await pair.shelf.rows(EFFECTS) == [(0,), (2,), (4,), (6,)]


async def test_a_passing_fault_heals_by_itself_in_order(pair: Pair, tenant: UUID) -> None:
    await pair.make(tenant, tenant, tenant)
    shelf = Shelf(pair, 0)
    await shelf.pull()
    shelf.bad.clear()
    await shelf.retry()
    assert await pair.shelf.rows(EFFECTS) == []
    with clock.frozen(clock.now() + timedelta(seconds=2)):
        await shelf.retry()
    assert await pair.shelf.rows(EFFECTS) == [(0,), (1,), (2,)]
    assert await pair.shelf.rows(PARKED) == []


async def test_an_event_that_keeps_failing_is_parked_and_replayed(pair: Pair, tenant: UUID) -> None:
    await pair.make(tenant, tenant)
    shelf = Shelf(pair, 0)
    await shelf.pull()
    for minutes in range(1, 6):
        with clock.frozen(clock.now() + timedelta(minutes=minutes)):
            await shelf.retry()
    tries = shelf.tries
    assert await pair.shelf.rows(PARKED) == [(1, "parked", 3), (2, "held", 0)]
    assert tries == 3 + 1  # once more in the shared transaction, before it was alone
    shelf.bad.clear()
    async with pair.shelf.app.transaction(tenant) as session:
        assert await replay_parked(session, "toys")
        assert not await replay_parked(session, "toys")
    with clock.frozen(clock.now() + timedelta(hours=1)):
        await shelf.retry()
    assert await pair.shelf.rows(EFFECTS) == [(0,), (1,)]
    assert await pair.shelf.rows(PARKED) == []


async def test_only_the_tenants_own_parked_events_are_replayed(pair: Pair, tenant: UUID, other: UUID) -> None:
    await pair.make(tenant)
    shelf = Shelf(pair, 0)
    shelf.consumer.retries = Retries(tries=2, first=0.0)
    await shelf.pull()
    await shelf.retry()
    assert await pair.shelf.rows(PARKED) == [(1, "parked", 2)]
    async with pair.shelf.app.transaction(other) as session:
        assert not await replay_parked(session, "toys")


async def test_data_that_breaks_its_contract_is_set_aside(pair: Pair, tenant: UUID) -> None:
    await pair.make(tenant)
    await pair.sequence()
    page = await pair.page("toys", 0, 10)
    broken = page.items[0].model_copy(update={"data": {"thingId": "not an id"}})

    class Broken:
        async def page(self, owner: str, after: int, limit: int) -> object:
            return page.model_copy(update={"items": (broken,)})

    consumer = Consumer("toys", {ThingMade: keep_effect}, pair.shelf.app, Broken(), Metrics())  # type: ignore[arg-type]
    await consumer.step()
    assert await pair.shelf.rows(PARKED) == [(1, "retrying", 1)]


async def test_a_fault_is_stored_without_its_text(pair: Pair, tenant: UUID) -> None:
    await pair.make(tenant)
    await Shelf(pair, 0).pull()
    ((error,),) = await pair.shelf.rows("SELECT error FROM parked_event")
    assert str(error).startswith("ValueError at test_parking.py:")


async def test_an_event_held_while_its_predecessor_heals_is_not_forgotten(pair: Pair, tenant: UUID) -> None:
    """The older event is applied while the newer one is being held: nobody else will come for it but the sweep."""
    await pair.make(tenant)
    shelf = Shelf(pair, 0)
    await shelf.pull()
    shelf.bad.clear()
    await pair.make(tenant, serial=1)
    await pair.sequence()
    late = (await pair.page("toys", 1, 10)).items[0]
    with clock.frozen(clock.now() + timedelta(seconds=2)):
        await shelf.retry()
    async with pair.shelf.app.transaction(tenant) as session:
        await parking.hold(session, [late])
    await shelf.retry()
    assert await pair.shelf.rows(EFFECTS) == [(0,), (1,)]
