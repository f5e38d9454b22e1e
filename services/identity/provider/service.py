"""Registers identity providers and keeps their secrets sealed."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.provider.errors import ProviderNotFound
from services.identity.provider.models import IdentityProvider
from services.identity.provider.repository import ProviderRepository
from services.identity.provider.schemas import ProviderCreate
from services.identity.secret.sealing import Sealer
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record


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
            client_secret_sealed=self._sealer.seal(body.client_secret.get_secret_value().encode(), _place(provider_id)),
            login_claim=body.login_claim,
            acr_map={theirs: ours.value for theirs, ours in body.acr_map.items()},
            is_demo=is_demo,
        )
        self._repository.add(provider)
        await self._session.flush()
        after = {"issuer": provider.issuer, "loginClaim": provider.login_claim, "acrMap": provider.acr_map}
        await record(self._session, "provider.registered", "identity_provider", provider.id, after=after)
        return provider

    async def find_active(self) -> IdentityProvider | None:
        """Where the tenant's people log in now; None when nowhere."""
        return await self._repository.find_active()

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

    def secret_of(self, provider: IdentityProvider) -> str:
        """The client secret in the clear, for the call to the provider alone."""
        return self._sealer.open(provider.client_secret_sealed, _place(provider.id)).decode()


def _place(provider_id: UUID) -> str:
    return f"identity_provider/{provider_id}"
