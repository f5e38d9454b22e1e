"""Every SELECT of tenants."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.tenant.errors import TenantNotFound
from services.identity.tenant.models import Tenant


class TenantRepository:
    """The directory of tenants."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, tenant: Tenant) -> None:
        self._session.add(tenant)

    async def find(self, tenant_id: UUID) -> Tenant | None:
        return await self._session.get(Tenant, tenant_id)

    async def get_locked(self, tenant_id: UUID) -> Tenant:
        """The tenant, locked for a change; raises TenantNotFound."""
        query = select(Tenant).where(Tenant.id == tenant_id).with_for_update()
        tenant = (await self._session.exec(query)).one_or_none()
        if tenant is None:
            raise TenantNotFound()
        return tenant

    async def find_by_slug(self, slug: str) -> Tenant | None:
        return (await self._session.exec(select(Tenant).where(Tenant.slug == slug))).one_or_none()

    async def find_operator(self) -> Tenant | None:
        return (await self._session.exec(select(Tenant).where(col(Tenant.is_operator)))).first()

    async def all(self, kind: str | None = None) -> Sequence[Tenant]:
        """Every active tenant; there are hundreds, not millions."""
        query = select(Tenant).where(Tenant.state == "active").order_by(col(Tenant.id))
        if kind is not None:
            query = query.where(Tenant.kind == kind)
        return (await self._session.exec(query)).all()

    async def list(self, limit: int, after: UUID | None, only: UUID | None) -> Sequence[Tenant]:
        """By id; `only` narrows to one tenant, for callers who may see no other."""
        query = select(Tenant).order_by(col(Tenant.id)).limit(limit)
        if after is not None:
            query = query.where(col(Tenant.id) > after)
        if only is not None:
            query = query.where(Tenant.id == only)
        return (await self._session.exec(query)).all()
