"""A removed right reaches a service by an event, and its tokens are refused within a minute."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.auth.cutoffs import CACHE_FOR, KEEP_FOR, AccessCutoffs, record_cutoff, record_cutoffs, set_cutoff
from shared.auth.principal import Principal
from shared.auth.testing import TokenMint
from shared.contracts.base import EventEnvelope
from shared.contracts.identity import AccessRevoked, BulkAccessRevoked
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start

START = datetime(2026, 8, 17, 6, 0, tzinfo=UTC)


@pytest.fixture
async def projects(service: Start) -> ServiceUnderTest:
    """A service that is not identity."""
    return await service("projects")


async def principal(tenant: UUID | None, subject: UUID, issued_at: datetime) -> Principal:
    mint = TokenMint()
    with clock.frozen(issued_at):
        return await mint.verifier("projects").verify(mint.token(tenant=tenant, subject=subject))


def enveloped(service: ServiceUnderTest, event: AccessRevoked | BulkAccessRevoked) -> EventEnvelope:
    return EventEnvelope(
        id=new_id(),
        type=event.type,
        version=1,
        source="identity",
        tenant=service.tenant,
        subject=event.subject,
        occurred_at=event.not_before,
        position=1,
        data=event.to_data(),
    )


async def receive(service: ServiceUnderTest, account: UUID, not_before: datetime) -> None:
    event = AccessRevoked(account_id=account, not_before=not_before)
    async with service.database.transaction(service.tenant) as session:
        await record_cutoff(session, enveloped(service, event), event)


async def test_many_accounts_are_cut_off_by_one_event_and_an_older_one_weakens_none(
    projects: ServiceUnderTest,
) -> None:
    accounts = new_id(), new_id(), new_id()
    await receive(projects, accounts[0], START + timedelta(seconds=5))
    event = BulkAccessRevoked(revocation_id=new_id(), account_ids=accounts, not_before=START)
    async with projects.database.transaction(projects.tenant) as session:
        await record_cutoffs(session, enveloped(projects, event), event)
    tokens = [await principal(projects.tenant, one, START - timedelta(seconds=1)) for one in (*accounts, new_id())]
    late = await principal(projects.tenant, accounts[0], START + timedelta(seconds=4))
    with clock.frozen(START + timedelta(seconds=6)):
        cutoffs = AccessCutoffs(projects.database)
        assert [await cutoffs.refuses(token) for token in (*tokens, late)] == [True, True, True, False, True]


async def test_tokens_from_before_the_removal_are_refused_and_newer_ones_are_not(projects: ServiceUnderTest) -> None:
    account = new_id()
    await receive(projects, account, START)
    before = await principal(projects.tenant, account, START - timedelta(seconds=1))
    after = await principal(projects.tenant, account, START + timedelta(seconds=1))
    with clock.frozen(START + timedelta(seconds=2)):
        cutoffs = AccessCutoffs(projects.database)
        assert await cutoffs.refuses(before)
        assert not await cutoffs.refuses(after)
        assert not await cutoffs.refuses(await principal(projects.tenant, new_id(), START - timedelta(seconds=1)))


async def test_a_removal_is_seen_within_fifteen_seconds_of_its_arrival(projects: ServiceUnderTest) -> None:
    account = new_id()
    cutoffs, caller = AccessCutoffs(projects.database), await principal(projects.tenant, account, START)
    with clock.frozen(START):
        assert not await cutoffs.refuses(caller)
        await receive(projects, account, START + timedelta(seconds=1))
    with clock.frozen(START + CACHE_FOR):
        assert await cutoffs.refuses(caller)
    assert timedelta(seconds=30) >= CACHE_FOR


async def test_a_cutoff_of_one_tenant_means_nothing_in_another(projects: ServiceUnderTest) -> None:
    account = new_id()
    await receive(projects, account, START)
    with clock.frozen(START + timedelta(seconds=1)):
        elsewhere = await principal(new_id(), account, START - timedelta(seconds=1))
        service = await principal(None, account, START - timedelta(seconds=1))
        cutoffs = AccessCutoffs(projects.database)
        assert not await cutoffs.refuses(elsewhere)
        assert not await cutoffs.refuses(service)


async def test_events_that_come_twice_or_late_never_weaken_a_cutoff(projects: ServiceUnderTest) -> None:
    account = new_id()
    for not_before in (START, START - timedelta(minutes=5), START):
        await receive(projects, account, not_before)
    with clock.frozen(START + timedelta(seconds=1)):
        caller = await principal(projects.tenant, account, START - timedelta(seconds=1))
        assert await AccessCutoffs(projects.database).refuses(caller)


async def test_cutoffs_older_than_any_token_are_dropped(projects: ServiceUnderTest) -> None:
    old, new = new_id(), new_id()
    async with projects.database.transaction(projects.tenant) as session:
        await set_cutoff(session, old, START - KEEP_FOR - timedelta(minutes=1))
    await receive(projects, new, START)
    with clock.frozen(START - KEEP_FOR):
        caller = await principal(projects.tenant, old, START - KEEP_FOR - timedelta(minutes=5))
        assert not await AccessCutoffs(projects.database).refuses(caller)
