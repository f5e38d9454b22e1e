"""Registers identity providers and keeps their secrets sealed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.provider.errors import ProviderNotFound
from services.identity.provider.models import IdentityProvider
from services.identity.provider.repository import ProviderRepository
from services.identity.provider.schemas import ProviderCreate, ProviderUpdate
from services.identity.secret.sealing import Sealer
from shared.auth import Acr
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.web.preconditions import check_version


class ProviderService:
    """The identity providers of the session's tenant."""

    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer
        self._repository = ProviderRepository(session)

    async def register(self, body: ProviderCreate, *, is_demo: bool = False) -> IdentityProvider:
        """Register a provider; from now on the tenant's logins may go there."""
        provider_id = new_id()
        provider = IdentityProvider(
            tenant_id=tenant_of(self._session),
            id=provider_id,
            name=body.name,
            issuer=body.issuer,
            client_id=body.client_id,
            client_secret_sealed=self._seal(body.client_secret, provider_id),
            login_claim=body.login_claim,
            acr_map=_values(body.acr_map),
            is_demo=is_demo,
        )
        self._repository.add(provider)
        await self._session.flush()
        after = {"issuer": provider.issuer, "loginClaim": provider.login_claim, "acrMap": provider.acr_map}
        await record(self._session, "provider.registered", "identity_provider", provider.id, after=after)
        return provider

    async def change(self, provider_id: UUID, expected_version: int, body: ProviderUpdate) -> IdentityProvider:
        """Change, disable or enable. Raises ProviderNotFound, StaleVersion."""
        provider = await self._repository.get_locked(provider_id)
        check_version(expected_version, provider.version)
        before = _summary(provider)
        provider.name = body.name or provider.name
        provider.state = body.state or provider.state
        if body.acr_map is not None:
            provider.acr_map = _values(body.acr_map)
        if body.client_secret is not None:
            provider.client_secret_sealed = self._seal(body.client_secret, provider.id)
        provider.touch()
        after = _summary(provider) | {"clientSecretChanged": body.client_secret is not None}
        await record(self._session, "provider.changed", "identity_provider", provider.id, before=before, after=after)
        return provider

    async def active(self) -> Sequence[IdentityProvider]:
        """Where the tenant's people log in now, oldest first; empty when nowhere."""
        return await self._repository.active()

    async def find_by_issuer(self, issuer: str) -> IdentityProvider | None:
        return await self._repository.find_by_issuer(issuer)

    async def get(self, provider_id: UUID) -> IdentityProvider:
        """The provider; raises ProviderNotFound."""
        provider = await self._repository.find(provider_id)
        if provider is None:
            raise ProviderNotFound()
        return provider

    async def list(self, limit: int, after: UUID | None) -> Sequence[IdentityProvider]:
        return await self._repository.list(limit, after)

    def secret_of(self, provider: IdentityProvider) -> str | None:
        """The client secret in the clear, for the call to the provider alone; None where we prove ourselves by key."""
        return self.open_secret(self._sealer, provider)

    @staticmethod
    def open_secret(sealer: Sealer, provider: IdentityProvider) -> str | None:
        """The same without a database at hand."""
        if provider.client_secret_sealed is None:
            return None
        return sealer.open(provider.client_secret_sealed, _place(provider.id)).decode()

    def _seal(self, secret: SecretStr, provider_id: UUID) -> bytes:
        return self._sealer.seal(secret.get_secret_value().encode(), _place(provider_id))


async def active_protocols(session: AsyncSession) -> list[str]:
    """The protocol of each active provider of the session's tenant, oldest first; nothing secret is opened for it."""
    return [provider.protocol for provider in await ProviderRepository(session).active()]


def _values(acr_map: Mapping[str, Acr]) -> dict[str, str]:
    return {theirs: ours.value for theirs, ours in acr_map.items()}


def _summary(provider: IdentityProvider) -> dict[str, Any]:
    return {"name": provider.name, "state": provider.state, "acrMap": provider.acr_map}


def _place(provider_id: UUID) -> str:
    return f"identity_provider/{provider_id}"
