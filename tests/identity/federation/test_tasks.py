"""The worker's way: over the network, through a child process with limits, into one generation."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.identity.federation.faults import FeedFault, FeedRefused
from services.identity.federation.fetch import fetch, query_url, sha1_of
from services.identity.federation.models import Federation
from services.identity.federation.service import FederationAdministration, FederationService
from services.identity.federation.tasks import judged, query_entity, refresh_federation, sweep
from services.identity.saml.entity import SamlEntity
from services.identity.settings import Settings
from shared.kit import clock
from shared.queue.faults import WorkTooLarge
from tests.identity.federation.feed import MEGABYTE, FeedServer, federation_of, serving_feed
from tests.identity.federation.metadata import NOW, Member, aggregate, members, signer, single
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest

THREE = aggregate("a.example", "b.example", "c.example")


@pytest.fixture
async def feed() -> AsyncIterator[FeedServer]:
    async with serving_feed() as serving:
        yield serving


def settings(service: ServiceUnderTest) -> Settings:
    assert isinstance(service.settings, Settings)
    return service.settings


async def refresh(service: ServiceUnderTest, federation: UUID, minutes: int = 0) -> dict[str, Any]:
    """Run the job as if it were due."""
    with clock.frozen(NOW):
        async with service.database.transaction(service.tenant) as session:
            await FederationAdministration(session).refresh(federation)
    with clock.frozen(NOW.replace(minute=minutes)):
        done = await refresh_federation(settings(service))(Context(service, federation=str(federation)))
    assert done is not None
    return done


async def row_of(service: ServiceUnderTest, federation: UUID) -> Federation:
    async with service.database.transaction(service.tenant) as session:
        return await FederationAdministration(session).get(federation)


async def entity(service: ServiceUnderTest, federation: UUID, host: str) -> SamlEntity | None:
    with clock.frozen(NOW):
        async with service.database.transaction(service.tenant) as session:
            return await FederationService(session).entity(federation, f"https://{host}/idp")


async def test_a_feed_is_read_in_a_child_process_and_asked_conditionally_afterwards(
    identity: ServiceUnderTest, feed: FeedServer
) -> None:
    feed.bodies["/all.xml"] = THREE.signed()
    federation = await federation_of(identity, f"{feed.url}/all.xml")
    assert await refresh(identity, federation) == {"outcome": "in_force"}
    assert await entity(identity, federation, "b.example") is not None
    assert await refresh(identity, federation, 5) == {"outcome": "unchanged"}
    assert "If-None-Match" in feed.asked[1]
    row = await row_of(identity, federation)
    assert (row.refreshed_at, row.failures) == (NOW.replace(minute=5), 0)


async def test_ten_megabytes_from_a_hostile_address_are_cut(identity: ServiceUnderTest, feed: FeedServer) -> None:
    feed.endless = True
    federation = await federation_of(identity, f"{feed.url}/all.xml")
    async with identity.database.transaction(identity.tenant) as session:
        (await FederationAdministration(session).get(federation)).max_bytes = MEGABYTE
    assert await refresh(identity, federation) == {"outcome": "refused", "reason": FeedFault.too_large}
    assert await entity(identity, federation, "a.example") is None


async def test_a_feed_that_is_away_or_leads_elsewhere_is_refused_and_tried_again(
    identity: ServiceUnderTest, feed: FeedServer
) -> None:
    federation = await federation_of(identity, f"{feed.url}/missing.xml")
    assert await refresh(identity, federation) == {"outcome": "refused", "reason": FeedFault.bad_answer}
    for url, fault in (
        ("http://127.0.0.1:1/all.xml", FeedFault.unreachable),
        ("http://169.254.169.254/latest/meta-data", FeedFault.address_refused),
        ("file:///etc/passwd", FeedFault.address_refused),
    ):
        with pytest.raises(FeedRefused) as refused:
            await fetch(url, allow_private=True, max_bytes=1000)
        assert refused.value.fault == fault
    with pytest.raises(FeedRefused):
        await fetch(f"{feed.url}/all.xml", allow_private=False, max_bytes=1000)


async def test_what_needs_too_much_memory_is_a_refusal_and_no_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    async def exhausted(*_: Any, **__: Any) -> None:
        raise WorkTooLarge()

    monkeypatch.setattr("services.identity.federation.tasks.run_in_child", exhausted)
    with pytest.raises(FeedRefused) as refused:
        async with judged(b"<md/>", (), MEGABYTE):
            raise AssertionError
    assert refused.value.fault == FeedFault.too_heavy


async def test_the_sweep_starts_each_turn_of_a_feed_once(identity: ServiceUnderTest) -> None:
    federation = await federation_of(identity)
    for _ in range(2):
        with clock.frozen(NOW):
            await sweep(Context(identity))
    async with identity.database.transaction(identity.tenant) as session:
        slots = (await session.execute(text("SELECT slot FROM job WHERE slot IS NOT NULL"))).scalars().all()
    assert slots == [f"{federation}:{int(NOW.timestamp())}"]


async def test_a_query_service_is_asked_for_one_entity_and_each_lives_for_itself(
    identity: ServiceUnderTest, feed: FeedServer
) -> None:
    federation = await federation_of(identity, feed.url, "mdq")
    member = Member("a.example", scopes=("a.example",))

    def path(host: str) -> str:
        return query_url("", sha1_of(f"https://{host}/idp"))

    async def ask(host: str) -> dict[str, Any]:
        context = Context(identity, federation=str(federation), sha1=sha1_of(f"https://{host}/idp"))
        with clock.frozen(NOW):
            done = await query_entity(settings(identity))(context)
        assert done is not None
        return done

    feed.bodies[path("a.example")] = single(member)
    feed.bodies[path("b.example")] = single(members("evil.example")[0])
    assert await ask("a.example") == {"outcome": "in_force"}
    assert await ask("b.example") == {"outcome": "refused", "reason": FeedFault.other_entity}
    known = await entity(identity, federation, "a.example")
    assert known is not None
    assert known.signing[0].fingerprint == signer("member").fingerprint
    assert await entity(identity, federation, "evil.example") is None
    feed.bodies[path("a.example")] = single(replace(member, path="/new"))
    assert await refresh(identity, federation) == {"asked": 1, "reason": None}
    moved = await entity(identity, federation, "a.example")
    assert moved is not None
    assert moved.sso[0].location == "https://a.example/new"
    feed.bodies.clear()
    assert await ask("a.example") == {"outcome": "gone"}
    assert await entity(identity, federation, "a.example") is None
