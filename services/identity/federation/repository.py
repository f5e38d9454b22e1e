"""Every query of federations. Their tables belong to no tenant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, delete, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.federation.errors import FederationNotFound
from services.identity.federation.models import Federation, FederationEntity, FederationGeneration

# The one query of a login: three lookups by primary key, in one statement and so in one generation.
_ENTITY = text(
    "SELECT e.document FROM federation f"
    " JOIN federation_generation g ON g.id = f.current_generation_id"
    " JOIN federation_entity e ON e.generation_id = g.id AND e.entity_id = :entity_id"
    " WHERE f.id = :federation AND f.state = 'active' AND e.is_idp AND e.valid_until > :at"
    " AND (g.valid_until IS NULL OR g.valid_until > :at)"
)
_LIVE = (
    " FROM federation f JOIN federation_generation g ON g.id = f.current_generation_id"
    " JOIN federation_entity e ON e.generation_id = g.id"
    " WHERE f.state = 'active' AND e.valid_until > :at AND (g.valid_until IS NULL OR g.valid_until > :at)"
)
_NAME = "lower(coalesce(e.names->>:lang, e.names->>'sv', e.names->>'en', e.search))"
_DISCOVERABLE = text(
    "SELECT entity_id, names FROM (SELECT DISTINCT ON (e.entity_id) e.entity_id, e.names, "
    + _NAME
    + " AS name"
    + _LIVE
    + " AND e.is_idp AND NOT e.is_hidden AND e.search LIKE :pattern ORDER BY e.entity_id) found"
    " ORDER BY name, entity_id LIMIT :limit"
)
_RESPONSES = text("SELECT e.discovery_responses" + _LIVE + " AND e.entity_id = :entity_id")
_INSERT = text("""
INSERT INTO federation_entity (generation_id, entity_id, is_idp, is_hidden, names, search, scopes, endpoints,
    certificates, attributes, discovery_responses, document, digest, published_at, valid_until, read_at)
SELECT :generation, r.entity_id, r.is_idp, r.is_hidden, r.names, r.search, r.scopes, r.endpoints, r.certificates,
    r.attributes, r.discovery_responses, nullif(r.document, 'null'), decode(r.digest, 'hex'), r.published_at,
    r.valid_until, :at
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(entity_id text, is_idp boolean, is_hidden boolean, names jsonb,
    search text, scopes jsonb, endpoints jsonb, certificates jsonb, attributes jsonb, discovery_responses jsonb,
    document jsonb, digest text, published_at timestamptz, valid_until timestamptz)
""")
_CHANGES = text("""
SELECT entity_id, o.entity_id IS NULL AS added, n.entity_id IS NULL AS removed,
    o.certificates IS DISTINCT FROM n.certificates AS keys, o.scopes IS DISTINCT FROM n.scopes AS scopes,
    o.endpoints IS DISTINCT FROM n.endpoints AS endpoints
FROM (SELECT * FROM federation_entity WHERE generation_id = :before AND is_idp) o
FULL JOIN (SELECT * FROM federation_entity WHERE generation_id = :after AND is_idp) n USING (entity_id)
WHERE o.digest IS DISTINCT FROM n.digest ORDER BY entity_id
""")
_PROVIDERS = text("SELECT tenant_id, provider_id, protocol, issuer FROM active_providers(:issuers, :federation)")
_MOST_GENERATIONS = 50


class FederationRepository:
    """Federations, their generations and entities."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: Federation | FederationGeneration) -> None:
        self._session.add(row)

    async def get(self, federation_id: UUID) -> Federation:
        """The federation; raises FederationNotFound."""
        found = await self._session.get(Federation, federation_id)
        if found is None:
            raise FederationNotFound()
        return found

    async def get_locked(self, federation_id: UUID) -> Federation:
        """The federation, locked for a change; raises FederationNotFound."""
        query = select(Federation).where(Federation.id == federation_id).with_for_update()
        found = (await self._session.exec(query.execution_options(populate_existing=True))).one_or_none()
        if found is None:
            raise FederationNotFound()
        return found

    async def find_by_url(self, url: str) -> Federation | None:
        return (await self._session.exec(select(Federation).where(Federation.url == url))).first()

    async def page(self, limit: int, after: UUID | None) -> Sequence[Federation]:
        query = select(Federation).order_by(col(Federation.id)).limit(limit)
        if after is not None:
            query = query.where(col(Federation.id) > after)
        return (await self._session.exec(query)).all()

    async def due(self, at: datetime) -> Sequence[Federation]:
        """The active feeds whose time has come."""
        query = select(Federation).where(Federation.state == "active", col(Federation.next_refresh_at) <= at)
        return (await self._session.exec(query)).all()

    async def claim(self, federation_id: UUID, at: datetime, until: datetime) -> bool:
        """Whether the feed was due and is now this caller's alone until `until`."""
        statement = (
            update(Federation)
            .where(
                col(Federation.id) == federation_id,
                col(Federation.state) == "active",
                col(Federation.next_refresh_at) <= at,
            )
            .values(next_refresh_at=until)
            .returning(col(Federation.id))
        )
        return (await self._session.execute(statement)).first() is not None

    async def find_generation(self, generation_id: UUID | None) -> FederationGeneration | None:
        return None if generation_id is None else await self._session.get(FederationGeneration, generation_id)

    async def generations(self, federation_id: UUID, limit: int, before: UUID | None) -> Sequence[FederationGeneration]:
        """The latest first."""
        query = (
            select(FederationGeneration)
            .where(FederationGeneration.federation_id == federation_id)
            .order_by(col(FederationGeneration.id).desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(col(FederationGeneration.id) < before)
        return (await self._session.exec(query)).all()

    async def was_refused(self, federation_id: UUID, digest: bytes, reason: str) -> bool:
        """Whether this very document was refused before for `reason`."""
        query = select(FederationGeneration.id).where(
            FederationGeneration.federation_id == federation_id,
            FederationGeneration.digest == digest,
            FederationGeneration.status == "refused",
            FederationGeneration.reason == reason,
        )
        return (await self._session.exec(query)).first() is not None

    async def add_entities(self, generation_id: UUID, rows: Sequence[bytes], at: datetime) -> None:
        """Entities as JSON objects, one each."""
        values = {"generation": generation_id, "rows": (b"[" + b",".join(rows) + b"]").decode(), "at": at}
        await self._session.execute(_INSERT, values)

    async def drop_entities(self, generation_id: UUID, entity_id: str | None = None) -> int:
        """Forget the entities of a generation nobody reads any more, or one of them; how many there were."""
        statement = delete(FederationEntity).where(col(FederationEntity.generation_id) == generation_id)
        if entity_id is not None:
            statement = statement.where(col(FederationEntity.entity_id) == entity_id)
        return int((await self._session.execute(statement)).rowcount)  # type: ignore[attr-defined]

    async def drop_old_generations(self, federation_id: UUID, keep: set[UUID]) -> None:
        """Forget all but the latest fifty."""
        kept = [row.id for row in await self.generations(federation_id, _MOST_GENERATIONS, None)]
        await self._session.execute(
            delete(FederationGeneration).where(
                col(FederationGeneration.federation_id) == federation_id,
                col(FederationGeneration.id).not_in([*kept, *keep]),
            )
        )

    async def changes(self, before: UUID | None, after: UUID | None) -> Sequence[RowMapping]:
        """How the identity providers of two generations differ: a row each, with what is different."""
        return (await self._session.execute(_CHANGES, {"before": before, "after": after})).mappings().all()

    async def count_providers(self, generation_id: UUID) -> int:
        query = text("SELECT count(*) FROM federation_entity WHERE generation_id = :id AND is_idp")
        return int((await self._session.execute(query, {"id": generation_id})).scalar_one())

    async def document(self, federation_id: UUID, entity_id: str, at: datetime) -> Mapping[str, Any] | None:
        """What a login needs to know of an identity provider; None unless it is valid at `at`."""
        values = {"federation": federation_id, "entity_id": entity_id, "at": at}
        found = (await self._session.execute(_ENTITY, values)).scalar_one_or_none()
        return orjson.loads(found) if isinstance(found, str) else found

    async def find_entity(self, generation_id: UUID, entity_id: str) -> FederationEntity | None:
        return await self._session.get(FederationEntity, (generation_id, entity_id), populate_existing=True)

    async def entities(
        self, generation_id: UUID, pattern: str, limit: int, after: str | None
    ) -> Sequence[FederationEntity]:
        """The identity providers of a generation by entityID."""
        query = (
            select(FederationEntity)
            .where(FederationEntity.generation_id == generation_id, col(FederationEntity.is_idp))
            .where(col(FederationEntity.search).like(pattern))
            .order_by(col(FederationEntity.entity_id))
            .limit(limit)
        )
        if after is not None:
            query = query.where(col(FederationEntity.entity_id) > after)
        return (await self._session.exec(query)).all()

    async def entity_ids(self, generation_id: UUID) -> Sequence[str]:
        query = select(FederationEntity.entity_id).where(FederationEntity.generation_id == generation_id)
        return (await self._session.exec(query)).all()

    async def discoverable(self, pattern: str, lang: str, limit: int, at: datetime) -> Sequence[RowMapping]:
        """The identity providers of all federations that want to be found, by name."""
        values = {"pattern": pattern, "lang": lang, "limit": limit, "at": at}
        return (await self._session.execute(_DISCOVERABLE, values)).mappings().all()

    async def discovery_responses(self, entity_id: str, at: datetime) -> list[str]:
        """Where a service provider of any federation wants answers of discovery."""
        found = (await self._session.execute(_RESPONSES, {"entity_id": entity_id, "at": at})).scalars().all()
        lists = [orjson.loads(one) if isinstance(one, str) else one for one in found]
        return [url for one in lists for url in one]

    async def providers(self, issuers: Sequence[str], federation_id: UUID | None) -> Sequence[RowMapping]:
        """The tenants' active providers with one of these issuers or of this federation: ids alone."""
        values = {"issuers": list(issuers), "federation": federation_id}
        return (await self._session.execute(_PROVIDERS, values)).mappings().all()


def like(words: str) -> str:
    """A LIKE pattern for what a person typed: words in this order, wherever they stand."""
    escaped = words.lower().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return "%" + "%".join(escaped.split()) + "%"
