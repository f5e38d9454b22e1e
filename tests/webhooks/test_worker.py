"""The worker as it runs: from an owner's feed to a verified delivery, and what it does with odd events."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from services.webhooks.worker import SPEC
from shared.contracts.base import Event, EventEnvelope
from shared.contracts.identity import AccessRevoked, TenantCreated
from shared.contracts.projects import GateReady
from shared.contracts.registry import PUBLIC_CONTRACTS
from shared.contracts.webhooks import EndpointTested
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue.feed import FeedPage
from shared.queue.worker import ServiceWorker
from tests.support.services import ServiceUnderTest
from tests.webhooks.conftest import ADMIN, Receive, enveloped, subscribe, until


class Feeds:
    """The feeds of the owners, as their services would give them."""

    def __init__(self) -> None:
        self.events: dict[str, list[EventEnvelope]] = {}

    def publish(self, event: Event, tenant: UUID | None) -> EventEnvelope:
        feed = self.events.setdefault(event.type.split(".", maxsplit=1)[0], [])
        feed.append(enveloped(event, tenant, position=len(feed) + 1))
        return feed[-1]

    async def page(self, owner: str, after: int, limit: int) -> FeedPage:
        feed: Sequence[EventEnvelope] = self.events.get(owner, [])
        after_id = feed[after - 1].id if after else None
        return FeedPage(items=list(feed[after : after + limit]), head=len(feed), after_id=after_id)


async def run_until(webhooks: ServiceUnderTest, feeds: Feeds, *, done: "asyncio.Event") -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(ServiceWorker(SPEC, webhooks.settings, feeds).run(stop))
    try:
        async with asyncio.timeout(15):
            await done.wait()
    finally:
        stop.set()
        await task


async def test_an_event_of_a_feed_arrives_signed(webhooks: ServiceUnderTest, receiver: Receive) -> None:
    peer, feeds, done = await receiver(), Feeds(), asyncio.Event()
    endpoint = await subscribe(webhooks, peer.url)
    feeds.publish(TenantCreated(tenant_id=webhooks.tenant, kind="authority"), None)
    event = feeds.publish(GateReady(project_id=new_id(), gate_id=new_id(), gate_key="start"), webhooks.tenant)

    async def watch() -> None:
        await until(lambda: bool(peer.received), seconds=12)
        done.set()

    watching = asyncio.create_task(watch())
    await run_until(webhooks, feeds, done=done)
    await watching
    peer.received[0].verify(endpoint["secret"])
    assert peer.received[0].id == str(event.id)
    async with webhooks.database.transaction(None) as session:
        assert await session.scalar(text("SELECT position FROM feed_position WHERE owner = 'identity'")) == 1


async def test_removed_access_is_refused_here_too(webhooks: ServiceUnderTest) -> None:
    feeds, done, account = Feeds(), asyncio.Event(), new_id()
    held = webhooks.as_(ADMIN, subject=account)
    revoked = AccessRevoked(account_id=account, not_before=clock.now())
    feeds.publish(revoked, webhooks.tenant)

    async def watch() -> None:
        async def is_refused() -> bool:
            async with webhooks.database.transaction(webhooks.tenant) as session:
                return bool(await session.scalar(text("SELECT count(*) FROM access_cutoff")))

        await until(is_refused, seconds=12)
        done.set()

    watching = asyncio.create_task(watch())
    await run_until(webhooks, feeds, done=done)
    await watching
    assert (await webhooks.client.get("/webhooks/v1/endpoints", headers=held)).status_code == 401


def test_every_event_type_but_the_test_is_consumed() -> None:
    handled = {event.type for handlers in SPEC.consumes.values() for event in handlers}
    assert handled == set(PUBLIC_CONTRACTS) - {EndpointTested.type}
