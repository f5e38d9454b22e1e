"""Federations that are asked about one entity at a time (MDQ): one lasting generation whose entities come and go."""

from pathlib import Path
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.federation.acceptance import Read, is_older
from services.identity.federation.faults import FeedFault, FeedRefused
from services.identity.federation.fetch import sha1_of
from services.identity.federation.models import Federation, FederationEntity, FederationGeneration
from services.identity.federation.repository import FederationRepository
from services.identity.federation.service.enforcement import Enforcement
from services.identity.federation.service.refresh import Feed
from shared.kit import clock
from shared.kit.ids import new_id


class QueryService:
    """The answers of a metadata query service; each lives and ends for itself."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = FederationRepository(session)
        self._enforcement = Enforcement(session)

    async def wanted(self, feed: Feed) -> list[str]:
        """The hashes to ask for: of every entity that is known, and of those that tenants log in at."""
        federation = await self._repository.get(feed.id)
        known: set[str] = set()
        if federation.current_generation_id is not None:
            known.update(await self._repository.entity_ids(federation.current_generation_id))
        known.update(row["issuer"] for row in await self._repository.providers([], feed.id))
        return sorted(sha1_of(entity_id) for entity_id in known)

    async def arrived(self, feed: Feed, sha1: str, read: Read, entities: Path) -> None:
        """Keep an entity whose signature was verified. Raises FeedRefused: another entity, an older one, none."""
        line = entities.read_bytes().strip()
        if not line or read.signer not in feed.signers:
            raise FeedRefused(FeedFault.wrong_root)
        row = orjson.loads(line)
        if sha1_of(row["entity_id"]) != sha1:
            raise FeedRefused(FeedFault.other_entity)
        generation = await self._lasting(await self._repository.get_locked(feed.id))
        former = await self._repository.find_entity(generation.id, row["entity_id"])
        if former is not None and is_older(
            read.published_at, read.valid_until, former.published_at, former.valid_until
        ):
            raise FeedRefused(FeedFault.rolled_back)
        changed = _changes(former, row)
        if former is not None:
            self._session.expunge(former)
            await self._repository.drop_entities(generation.id, row["entity_id"])
        await self._repository.add_entities(generation.id, [line], clock.now())
        await self._count(feed.id, generation, {row["entity_id"]: changed} if changed else {})

    async def gone(self, feed: Feed, sha1: str) -> None:
        """The federation does not know the entity (any more): neither do we."""
        federation = await self._repository.get_locked(feed.id)
        generation = await self._repository.find_generation(federation.current_generation_id)
        if generation is None:
            return
        ids = [one for one in await self._repository.entity_ids(generation.id) if sha1_of(one) == sha1]
        for entity_id in ids:
            await self._repository.drop_entities(generation.id, entity_id)
        await self._count(feed.id, generation, dict.fromkeys(ids, ("removed",)))

    async def _lasting(self, federation: Federation) -> FederationGeneration:
        found = await self._repository.find_generation(federation.current_generation_id)
        if found is not None:
            return found
        made = FederationGeneration(id=new_id(), federation_id=federation.id, status="current", fetched_at=clock.now())
        self._repository.add(made)
        await self._session.flush()
        federation.current_generation_id = made.id
        return made

    async def _count(
        self, federation_id: UUID, generation: FederationGeneration, changed: dict[str, tuple[str, ...]]
    ) -> None:
        generation.identity_providers = await self._repository.count_providers(generation.id)
        generation.fetched_at = clock.now()
        await self._enforcement.tell_tenants(await self._repository.get(federation_id), changed)


def _changes(former: FederationEntity | None, row: dict[str, object]) -> tuple[str, ...]:
    if former is None:
        return ("added",)
    compared = {"keys": "certificates", "scopes": "scopes", "endpoints": "endpoints"}
    return tuple(kind for kind, column in compared.items() if getattr(former, column) != row[column])
