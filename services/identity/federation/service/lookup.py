"""What logins and discovery pages ask of federations. Each answer comes from one statement, so from one generation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.federation.document import ENTITY
from services.identity.federation.repository import FederationRepository, like
from services.identity.saml.entity import SamlEntity
from shared.kit import clock


@dataclass(frozen=True)
class Discoverable:
    """An identity provider that wants to be found. `names` by language."""

    entity_id: str
    names: Mapping[str, str]

    def name(self, lang: str) -> str:
        """In the reader's language, else in any, else the host."""
        known = self.names.get(lang) or next(iter(self.names.values()), "")
        return known or urlsplit(self.entity_id).hostname or self.entity_id


@dataclass(frozen=True)
class UsedProvider:
    """A tenant's active way to log in."""

    tenant_id: UUID
    provider_id: UUID
    protocol: str
    issuer: str


class FederationService:
    """The entities in force, whoever asks: they are public."""

    def __init__(self, session: AsyncSession) -> None:
        self._repository = FederationRepository(session)

    async def entity(self, federation_id: UUID, entity_id: str) -> SamlEntity | None:
        """The identity provider as its federation vouches for it now.

        None when it is unknown, left out or expired, or when its generation or the federation itself is no longer
        good: who gets None lets nobody in.
        """
        document = await self._repository.document(federation_id, entity_id, clock.now())
        return None if document is None else ENTITY.validate_python(document)

    async def find(self, words: str, lang: str, limit: int) -> list[Discoverable]:
        """Identity providers of all federations by name, keyword, scope or entityID; hidden ones stay hidden."""
        rows = await self._repository.discoverable(like(words), lang, limit, clock.now())
        return [Discoverable(row["entity_id"], row["names"]) for row in rows]

    async def discovery_responses(self, service_provider: str) -> list[str]:
        """Where a member service provider takes answers of discovery; empty for strangers."""
        return await self._repository.discovery_responses(service_provider, clock.now())

    async def used(self, issuers: Sequence[str]) -> list[UsedProvider]:
        """Who logs in at these identity providers."""
        return [UsedProvider(**row) for row in await self._repository.providers(issuers, None)]
