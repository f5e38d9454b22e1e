"""Which generation logins read: what is taken, what waits, what is refused, and who hears of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.identity.federation.acceptance import next_after_failure, next_after_success, shrinks_too_much
from services.identity.federation.errors import NothingToDecide
from services.identity.federation.faults import FeedFault
from services.identity.federation.models import Federation
from services.identity.federation.schemas import FederationUpdate
from services.identity.federation.service import FederationAdministration, FederationService, FeedService
from services.identity.provider.models import IdentityProvider
from services.identity.saml.entity import SamlEntity
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.federation.feed import deliver, federation_of
from tests.identity.federation.metadata import NOW, Aggregate, Member, aggregate, members, signer
from tests.support.services import ServiceUnderTest, Start

HOSTS = [f"{letter}.example" for letter in "abcdefghij"]
TEN = aggregate(*HOSTS)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def idp(host: str) -> str:
    return f"https://{host}/idp"


async def entity(service: ServiceUnderTest, federation: UUID, host: str, after: timedelta = HOUR) -> SamlEntity | None:
    """What a login at that host is told, some time after the federation began."""
    with clock.frozen(NOW + after):
        async with service.database.transaction(service.tenant) as session:
            return await FederationService(session).entity(federation, idp(host))


async def row_of(service: ServiceUnderTest, federation: UUID) -> Federation:
    async with service.database.transaction(service.tenant) as session:
        return await FederationAdministration(session).get(federation)


async def statuses(service: ServiceUnderTest, federation: UUID) -> list[tuple[str, str | None]]:
    """Status and reason of each generation, the latest first."""
    async with service.database.transaction(service.tenant) as session:
        rows = await FederationAdministration(session).generations(federation, 20, None)
        return [(row.status, row.reason) for row in rows]


async def events(service: ServiceUnderTest, kind: str) -> list[dict[str, Any]]:
    """What was told, in order; needs a service that commits."""
    async with service.relay.transaction(None) as session:
        query = text("SELECT data FROM outbox WHERE type = :kind ORDER BY seq")
        return list((await session.execute(query, {"kind": f"identity.{kind}.v1"})).scalars())


@pytest.fixture
async def committed(committed_service: Start) -> ServiceUnderTest:
    """identity with a database of its own, whose events can be read."""
    return await committed_service("identity")


async def test_a_login_is_told_what_the_federation_vouches_for_until_its_end(
    identity: ServiceUnderTest, tmp_path: Path
) -> None:
    federation = await federation_of(identity)
    assert await entity(identity, federation, "a.example") is None
    assert await deliver(identity, federation, TEN, tmp_path) == "in_force"
    known = await entity(identity, federation, "a.example")
    assert known is not None
    assert known.signing[0].fingerprint == signer("member").fingerprint
    assert [one.value for one in known.scopes] == ["a.example"]
    assert await entity(identity, federation, "stranger.example") is None
    assert await entity(identity, new_id(), "a.example") is None
    assert await entity(identity, federation, "a.example", 7 * DAY - HOUR) is not None
    assert await entity(identity, federation, "a.example", 7 * DAY) is None


async def test_an_entity_that_ends_earlier_lets_nobody_in_then(identity: ServiceUnderTest, tmp_path: Path) -> None:
    federation = await federation_of(identity)
    await deliver(
        identity, federation, Aggregate((Member("a.example", valid_until=NOW + DAY), *members("b.example"))), tmp_path
    )
    assert await entity(identity, federation, "a.example", DAY - HOUR) is not None
    assert await entity(identity, federation, "a.example", DAY) is None
    assert await entity(identity, federation, "b.example", DAY) is not None


async def test_a_disabled_federation_lets_nobody_in(identity: ServiceUnderTest, tmp_path: Path) -> None:
    federation = await federation_of(identity)
    await deliver(identity, federation, TEN, tmp_path)
    async with identity.database.transaction(identity.tenant) as session:
        version = (await FederationAdministration(session).get(federation)).version
        await FederationAdministration(session).change(federation, version, FederationUpdate(state="disabled"))
    assert await entity(identity, federation, "a.example") is None


async def test_a_bad_document_changes_nothing_and_is_told_once(committed: ServiceUnderTest, tmp_path: Path) -> None:
    federation = await federation_of(committed)
    await deliver(committed, federation, TEN, tmp_path)
    for content in (TEN.later().signed("stranger"), TEN.later().signed("stranger"), TEN.later().signed()[:-99]):
        assert await deliver(committed, federation, content, tmp_path, NOW + HOUR) != "in_force"
    row = await row_of(committed, federation)
    assert (row.failures, row.fault, row.etag) == (3, FeedFault.malformed, None)
    assert row.refreshed_at == NOW
    assert NOW + HOUR < row.next_refresh_at < NOW + 2 * HOUR
    refused = [("refused", "malformed"), ("refused", "unknown_signer")]
    assert await statuses(committed, federation) == [*refused, ("current", None)]
    told = [event["reason"] for event in await events(committed, "federation.refused")]
    assert told == ["unknown_signer", "malformed"]
    assert await entity(committed, federation, "a.example") is not None
    assert await deliver(committed, federation, TEN.later(), tmp_path, NOW + 2 * HOUR) == "in_force"
    assert (await row_of(committed, federation)).fault is None


async def test_an_older_document_is_a_rollback_however_good_its_signature(
    identity: ServiceUnderTest, tmp_path: Path
) -> None:
    federation = await federation_of(identity)
    stolen_key = replace(TEN, members=(Member("a.example", signer="stolen"), *TEN.members[1:]))
    await deliver(identity, federation, stolen_key, tmp_path)
    await deliver(identity, federation, TEN.later(), tmp_path)
    for older in (
        stolen_key,
        TEN.later(10, valid_for=14 * DAY),
        replace(TEN.later(10), published_at=None, valid_for=6 * DAY),
    ):
        assert await deliver(identity, federation, older, tmp_path, NOW + HOUR) == "refused"
        assert (await row_of(identity, federation)).fault == FeedFault.rolled_back
    known = await entity(identity, federation, "a.example")
    assert known is not None
    assert known.signing[0].fingerprint == signer("member").fingerprint


async def test_a_shorter_validity_is_no_rollback_when_the_document_is_newer(
    identity: ServiceUnderTest, tmp_path: Path
) -> None:
    federation = await federation_of(identity)
    await deliver(identity, federation, TEN, tmp_path)
    assert await deliver(identity, federation, TEN.later(valid_for=3 * DAY), tmp_path) == "in_force"


async def test_the_same_document_again_is_fresh_and_no_new_generation(
    identity: ServiceUnderTest, tmp_path: Path
) -> None:
    federation = await federation_of(identity)
    content = TEN.signed()
    await deliver(identity, federation, content, tmp_path)
    assert await deliver(identity, federation, content, tmp_path, NOW + HOUR) == "unchanged"
    assert (await row_of(identity, federation)).refreshed_at == NOW + HOUR
    assert await statuses(identity, federation) == [("current", None)]


async def test_when_too_many_vanish_the_old_generation_goes_on_until_an_operator_decides(
    committed: ServiceUnderTest, tmp_path: Path
) -> None:
    federation = await federation_of(committed)
    await deliver(committed, federation, TEN, tmp_path)
    assert await deliver(committed, federation, TEN.later(members=TEN.members[:7]), tmp_path) == "in_force"
    small = TEN.later(60, members=TEN.members[:4])
    content = small.signed()
    assert await deliver(committed, federation, content, tmp_path) == "pending_approval"
    assert await deliver(committed, federation, content, tmp_path, NOW + HOUR) == "pending_approval"
    assert len(await events(committed, "federation.approval_needed")) == 1
    assert await entity(committed, federation, "g.example") is not None
    pending = (await row_of(committed, federation)).pending_generation_id
    assert pending is not None
    with clock.frozen(NOW + HOUR):
        async with committed.database.transaction(committed.tenant) as session:
            await FederationAdministration(session).approve(federation, pending)
    assert await entity(committed, federation, "g.example") is None
    assert await entity(committed, federation, "a.example") is not None
    refreshed = await events(committed, "federation.refreshed")
    assert [(event["added"], event["removed"]) for event in refreshed] == [(10, 0), (0, 3), (0, 3)]


async def test_a_generation_that_was_refused_does_not_come_back_by_itself(
    identity: ServiceUnderTest, tmp_path: Path
) -> None:
    federation = await federation_of(identity)
    await deliver(identity, federation, TEN, tmp_path)
    content = TEN.later(members=TEN.members[:2]).signed()
    await deliver(identity, federation, content, tmp_path)
    pending = (await row_of(identity, federation)).pending_generation_id
    assert pending is not None
    async with identity.database.transaction(identity.tenant) as session:
        await FederationAdministration(session).refuse(federation, pending)
    assert await deliver(identity, federation, content, tmp_path, NOW + HOUR) == "refused"
    row = await row_of(identity, federation)
    assert (row.fault, row.pending_generation_id) == (FeedFault.by_operator, None)
    assert await deliver(identity, federation, TEN.later(120), tmp_path, NOW + 2 * HOUR) == "in_force"


async def test_what_waits_is_replaced_by_what_comes_later_and_ends_by_itself(
    identity: ServiceUnderTest, tmp_path: Path
) -> None:
    federation = await federation_of(identity)
    await deliver(identity, federation, TEN, tmp_path)
    await deliver(identity, federation, TEN.later(10, members=TEN.members[:2]), tmp_path)
    first = (await row_of(identity, federation)).pending_generation_id
    await deliver(identity, federation, TEN.later(20, members=TEN.members[:3]), tmp_path)
    second = (await row_of(identity, federation)).pending_generation_id
    assert first is not None
    assert second is not None
    for generation, at in ((first, NOW), (second, NOW + 8 * DAY)):
        with clock.frozen(at):
            async with identity.database.transaction(identity.tenant) as session:
                with pytest.raises(NothingToDecide):
                    await FederationAdministration(session).approve(federation, generation)
    assert await deliver(identity, federation, TEN.later(30), tmp_path) == "in_force"
    assert (await row_of(identity, federation)).pending_generation_id is None


async def test_the_operator_adds_the_next_signer_before_and_drops_the_old_one_after(
    identity: ServiceUnderTest, tmp_path: Path
) -> None:
    federation = await federation_of(identity)
    await deliver(identity, federation, TEN, tmp_path)
    next_one = TEN.later().signed("successor")
    assert await deliver(identity, federation, next_one, tmp_path) == FeedFault.unknown_signer
    pins = [signer().fingerprint, signer("successor").fingerprint]
    for signers, content, outcome in (
        (pins, next_one, "in_force"),
        (pins, TEN.later(60).signed(), "in_force"),
        (pins[1:], TEN.later(90).signed(), FeedFault.unknown_signer),
        (pins[1:], TEN.later(120).signed("successor"), "in_force"),
    ):
        async with identity.database.transaction(identity.tenant) as session:
            version = (await FederationAdministration(session).get(federation)).version
            await FederationAdministration(session).change(federation, version, FederationUpdate(signers=signers))
        assert await deliver(identity, federation, content, tmp_path) == outcome


async def test_a_tenant_hears_when_its_own_provider_changed_and_of_no_other(
    committed: ServiceUnderTest, tmp_path: Path
) -> None:
    federation = await federation_of(committed)
    await deliver(committed, federation, TEN, tmp_path)
    provider = IdentityProvider(
        tenant_id=committed.tenant,
        id=new_id(),
        protocol="saml",
        name="Login",
        issuer=idp("a.example"),
        federation_id=federation,
        login_claim="eduPersonPrincipalName",
        acr_map={},
    )
    async with committed.database.transaction(committed.tenant) as session:
        session.add(provider)
    new = Member("a.example", scopes=("a.example", "b.example"), signer="rolled", path="/new")
    other = Member("b.example", scopes=("b.example",), path="/new")
    changed = TEN.later(members=(new, other, *TEN.members[2:]))
    await deliver(committed, federation, changed, tmp_path)
    await deliver(committed, federation, changed.later(members=(other, *TEN.members[2:])), tmp_path)
    told = await events(committed, "provider.metadata_changed")
    assert [event["changed"] for event in told] == [["keys", "scopes", "endpoints"], ["removed"]]
    assert {event["providerId"] for event in told} == {str(provider.id)}
    counts = (await events(committed, "federation.refreshed"))[1]
    assert (counts["keysChanged"], counts["scopesChanged"], counts["endpointsChanged"]) == (1, 1, 2)


async def test_one_worker_has_a_feed_for_itself_until_its_lease_ends(identity: ServiceUnderTest) -> None:
    federation = await federation_of(identity)
    for after, is_mine in ((0, True), (60, False), (301, True)):
        with clock.frozen(NOW + timedelta(seconds=after)):
            async with identity.database.transaction(identity.tenant) as session:
                assert (await FeedService(session).claim(federation) is not None) is is_mine


def test_the_guard_begins_above_thirty_percent() -> None:
    cases = [(10, 7, False), (10, 6, True), (1, 1, False), (1, 0, True), (2000, 1400, False), (2000, 1399, True)]
    assert [shrinks_too_much(before, after) for before, after, _ in cases] == [guarded for *_, guarded in cases]


def test_the_clock_of_refreshing_follows_the_shortest_wish_and_backs_off() -> None:
    half = timedelta(minutes=30)
    for cache, around in ((None, 22.5), (600, 7.5), (86_400, 22.5), (1, 1.5)):
        minutes = next_after_success(cache, half) / timedelta(minutes=1)
        assert 0.89 * around <= minutes <= 1.11 * around
    waits = [next_after_failure(failures, half) / timedelta(minutes=1) for failures in (1, 2, 3, 40)]
    assert all(0.79 * most <= wait <= most for wait, most in zip(waits, (2, 4, 8, 30), strict=True))
