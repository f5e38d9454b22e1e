"""What became of reading a feed. The network and the child process are the worker's; here only the outcome counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.federation.acceptance import (
    Read,
    next_after_failure,
    next_after_success,
    refusal_of,
    shrinks_too_much,
)
from services.identity.federation.faults import FeedFault
from services.identity.federation.fetch import Fetched
from services.identity.federation.models import Federation, FederationGeneration
from services.identity.federation.repository import FederationRepository
from services.identity.federation.service.enforcement import Enforcement
from shared.contracts.identity_federation import FederationApprovalNeeded, FederationRefused
from shared.kit import clock
from shared.kit.ids import new_id

Outcome = Literal["in_force", "unchanged", "pending_approval", "refused"]
LEASE = timedelta(minutes=5)
"""How long one worker has a feed for itself: longer than fetching and reading may take."""
_ON_THE_WAY = frozenset({FeedFault.unreachable, FeedFault.address_refused})
_BATCH = 200


@dataclass(frozen=True)
class Feed:
    """What reading a feed needs to know of it, outside of any transaction."""

    id: UUID
    kind: str
    url: str
    signers: tuple[str, ...]
    max_bytes: int
    etag: str | None
    last_modified: str | None


class FeedService:
    """The feeds whose time has come, and the outcomes of reading them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = FederationRepository(session)
        self._enforcement = Enforcement(session)

    async def due(self) -> list[tuple[UUID, int]]:
        """The feeds to read now, each with the second since when it is due: the name of that one turn."""
        return [(one.id, int(one.next_refresh_at.timestamp())) for one in await self._repository.due(clock.now())]

    async def claim(self, federation_id: UUID) -> Feed | None:
        """The feed, which is this worker's alone for a while; None when it is not due or somebody else has it."""
        now = clock.now()
        if not await self._repository.claim(federation_id, now, now + LEASE):
            return None
        return feed_of(await self._repository.get_locked(federation_id))

    async def feed(self, federation_id: UUID) -> Feed:
        """The feed as it is, without claiming it. Raises FederationNotFound."""
        return feed_of(await self._repository.get(federation_id))

    async def arrived(self, feed: Feed, fetched: Fetched, read: Read, entities: Path) -> Outcome:
        """Decide about a document whose signature was verified; `entities` holds a JSON object a line."""
        federation = await self._repository.get_locked(feed.id)
        current = await self._repository.find_generation(federation.current_generation_id)
        pending = await self._repository.find_generation(federation.pending_generation_id)
        if federation.state != "active" or read.signer not in federation.signers:
            return await self._failed(federation, FeedFault.unknown_signer, read)
        if current is not None and current.digest == read.digest:
            return self._unchanged(federation, fetched, read.cache_seconds)
        if pending is not None and pending.digest == read.digest:
            self._looked(federation, fetched, read.cache_seconds)
            return "pending_approval"
        fault = refusal_of(read, current)
        if await self._repository.was_refused(feed.id, read.digest, FeedFault.by_operator):
            fault = FeedFault.by_operator
        if fault is not None:
            return await self._failed(federation, fault, read)
        self._looked(federation, fetched, read.cache_seconds)
        return await self._take(federation, current, read, entities)

    async def unchanged(self, feed: Feed, fetched: Fetched) -> Outcome:
        """The server says that nothing changed since the tags we sent."""
        federation = await self._repository.get_locked(feed.id)
        current = await self._repository.find_generation(federation.current_generation_id)
        cache = current.cache_seconds if current else None
        if federation.pending_generation_id is not None:
            self._looked(federation, fetched, cache)
            return "pending_approval"
        return self._unchanged(federation, fetched, cache)

    async def failed(self, feed: Feed, fault: FeedFault) -> Outcome:
        """The feed gave nothing that could be believed; what is in force goes on until its own end."""
        return await self._failed(await self._repository.get_locked(feed.id), fault, None)

    async def _take(
        self, federation: Federation, current: FederationGeneration | None, read: Read, entities: Path
    ) -> Outcome:
        generation = await self._add(federation, read)
        for batch in _batches(entities):
            await self._repository.add_entities(generation.id, batch, clock.now())
        if current is not None and shrinks_too_much(current.identity_providers, read.identity_providers):
            await self._hold(federation, current, generation)
            return "pending_approval"
        await self._enforcement.put_in_force(federation, generation, current)
        federation.refreshed_at = clock.now()
        return "in_force"

    async def _hold(
        self, federation: Federation, current: FederationGeneration, generation: FederationGeneration
    ) -> None:
        """Too many are gone for nobody to look: the generation waits, and replaces one that waited."""
        await self._enforcement.supersede(federation.pending_generation_id)
        generation.status, generation.reason = "pending_approval", "shrink"
        federation.pending_generation_id = generation.id
        counts = {"before": current.identity_providers, "after": generation.identity_providers}
        event = FederationApprovalNeeded(
            federation_id=federation.id,
            generation_id=generation.id,
            identity_providers_before=counts["before"],
            identity_providers_after=counts["after"],
        )
        after = counts | {"generationId": str(generation.id)}
        await self._enforcement.tell(federation, "federation.approval_needed", event, after)

    async def _failed(self, federation: Federation, fault: FeedFault, read: Read | None) -> Outcome:
        is_news = federation.fault != fault
        federation.failures += 1
        federation.fault, federation.attempted_at = fault, clock.now()
        wait = next_after_failure(federation.failures, timedelta(seconds=federation.interval_seconds))
        federation.next_refresh_at = clock.now() + wait
        if fault not in _ON_THE_WAY:
            # A later "nothing changed" would speak of what was refused.
            federation.etag = federation.last_modified = None
            if is_news:
                await self._add(federation, read, status="refused", reason=fault)
        federation.touch()
        if is_news:
            event = FederationRefused(federation_id=federation.id, reason=fault)
            await self._enforcement.tell(federation, "federation.refused", event, {"reason": fault})
        return "refused"

    async def _add(
        self, federation: Federation, read: Read | None, *, status: str = "superseded", reason: str | None = None
    ) -> FederationGeneration:
        generation = FederationGeneration(
            id=new_id(),
            federation_id=federation.id,
            status=status,
            reason=reason,
            fetched_at=clock.now(),
            **({} if read is None else vars(read)),
        )
        self._repository.add(generation)
        await self._session.flush()
        return generation

    def _unchanged(self, federation: Federation, fetched: Fetched, cache_seconds: int | None) -> Outcome:
        self._looked(federation, fetched, cache_seconds)
        federation.refreshed_at = clock.now()
        return "unchanged"

    def _looked(self, federation: Federation, fetched: Fetched, cache_seconds: int | None) -> None:
        """The feed is well, whatever is made of what it said."""
        federation.failures, federation.fault = 0, None
        federation.etag, federation.last_modified = fetched.etag, fetched.last_modified
        federation.attempted_at = clock.now()
        wait = next_after_success(cache_seconds, timedelta(seconds=federation.interval_seconds))
        federation.next_refresh_at = clock.now() + wait
        federation.touch()


def feed_of(federation: Federation) -> Feed:
    return Feed(
        federation.id,
        federation.kind,
        federation.url,
        tuple(federation.signers),
        federation.max_bytes,
        federation.etag,
        federation.last_modified,
    )


def _batches(path: Path) -> Iterator[list[bytes]]:
    with path.open("rb") as lines:
        while batch := list(islice(lines, _BATCH)):
            yield batch
