"""Every SELECT of identity providers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.provider.errors import ProviderNotFound
from services.identity.provider.models import IdentityProvider

_CLAIMED = text("SELECT provider_is_claimed(:issuer)")


class ProviderRepository:
    """The identity providers of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, provider: IdentityProvider) -> None:
        self._session.add(provider)

    async def find(self, provider_id: UUID) -> IdentityProvider | None:
        query = select(IdentityProvider).where(IdentityProvider.id == provider_id)
        return (await self._session.exec(query)).one_or_none()

    async def get_locked(self, provider_id: UUID) -> IdentityProvider:
        """The provider, locked for a change; raises ProviderNotFound."""
        query = select(IdentityProvider).where(IdentityProvider.id == provider_id).with_for_update()
        provider = (await self._session.exec(query)).one_or_none()
        if provider is None:
            raise ProviderNotFound()
        return provider

    async def find_by_issuer(self, issuer: str) -> IdentityProvider | None:
        query = select(IdentityProvider).where(IdentityProvider.issuer == issuer)
        return (await self._session.exec(query)).first()

    async def active(self) -> Sequence[IdentityProvider]:
        """The providers that logins may go to, oldest first."""
        query = select(IdentityProvider).where(IdentityProvider.state == "active").order_by(col(IdentityProvider.id))
        return (await self._session.exec(query)).all()

    async def list(self, limit: int, after: UUID | None) -> Sequence[IdentityProvider]:
        query = select(IdentityProvider).order_by(col(IdentityProvider.id)).limit(limit)
        if after is not None:
            query = query.where(col(IdentityProvider.id) > after)
        return (await self._session.exec(query)).all()

    async def is_claimed(self, issuer: str) -> bool:
        """Asks the definer function `provider_is_claimed`: row security shows nothing of other tenants."""
        return bool((await self._session.execute(_CLAIMED, {"issuer": issuer})).scalar_one())
