"""Decisions about tenants: who sees which, and that a change is journalled where it belongs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.tenant.errors import SlugTaken, TenantNotFound
from services.identity.tenant.models import Tenant
from services.identity.tenant.repository import TenantRepository
from services.identity.tenant.schemas import TenantCreate, TenantUpdate
from shared.auth import Principal, Role
from shared.contracts.identity import TenantCreated
from shared.kit.db import set_tenant
from shared.kit.journal import record
from shared.kit.kit_tables import NO_TENANT
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


@asynccontextmanager
async def acting_in(session: AsyncSession, tenant: UUID) -> AsyncIterator[None]:
    """Bind the transaction to another tenant for a while.

    For the few acts that touch two: founding a tenant, and an account of one tenant with a role in another. The
    session is flushed at both ends, so that row security judges every row under the tenant that it was meant for. An
    error inside ends the transaction, so there is nothing to return to.
    """
    former = session.info.get("tenant")
    await session.flush()
    await set_tenant(session, tenant)
    yield
    await session.flush()
    await set_tenant(session, former)


class TenantService:
    """The tenants that `caller` may know of: all for the platform's administrators, else the own."""

    def __init__(self, session: AsyncSession, caller: Principal | None = None) -> None:
        self._session = session
        self._caller = caller
        self._repository = TenantRepository(session)

    async def found(self, body: TenantCreate, *, is_operator: bool = False) -> Tenant:
        """Create a tenant; its first journal row and its event belong to the tenant itself. Raises SlugTaken."""
        if await self._repository.find_by_slug(body.slug):
            raise SlugTaken()
        tenant = Tenant(kind=body.kind, name=body.name, slug=body.slug, is_operator=is_operator)
        self._repository.add(tenant)
        await self._session.flush()
        async with acting_in(self._session, tenant.id):
            after = {"kind": tenant.kind, "slug": tenant.slug}
            await record(self._session, "tenant.created", "tenant", tenant.id, after=after)
            await publish(self._session, TenantCreated(tenant_id=tenant.id, kind=body.kind))
        return tenant

    async def change(self, tenant_id: UUID, expected_version: int, body: TenantUpdate) -> Tenant:
        """Rename. Raises TenantNotFound, StaleVersion."""
        tenant = await self._visible(await self._repository.get_locked(tenant_id))
        check_version(expected_version, tenant.version)
        tenant.name = body.name
        tenant.touch()
        async with acting_in(self._session, tenant.id):
            after = {"version": tenant.version}
            before = {"version": expected_version}
            await record(self._session, "tenant.changed", "tenant", tenant.id, before=before, after=after)
        return tenant

    async def get(self, tenant_id: UUID) -> Tenant:
        """The tenant; TenantNotFound when it does not exist or the caller may not know of it."""
        return await self._visible(await self._repository.find(tenant_id))

    async def find(self, tenant_id: UUID) -> Tenant | None:
        """The active tenant, whoever asks: for the protocols."""
        if tenant_id == NO_TENANT:
            return None
        tenant = await self._repository.find(tenant_id)
        return tenant if tenant and tenant.state == "active" else None

    async def find_by_slug(self, slug: str) -> Tenant | None:
        return await self._repository.find_by_slug(slug)

    async def operator(self) -> Tenant | None:
        """The tenant that runs the platform; None before the bootstrap."""
        return await self._repository.find_operator()

    async def everyone(self) -> Sequence[Tenant]:
        """Every active tenant, for periodic work."""
        return await self._repository.all()

    async def authorities(self) -> Sequence[Tenant]:
        """Every active authority, for periodic work."""
        return await self._repository.all("authority")

    async def list(self, limit: int, after: UUID | None) -> Sequence[Tenant]:
        only = None if self._sees_all() else self._caller.tenant if self._caller else NO_TENANT
        return await self._repository.list(limit, after, only)

    async def _visible(self, tenant: Tenant | None) -> Tenant:
        own = self._caller.tenant if self._caller else None
        if tenant is None or not (self._sees_all() or tenant.id == own):
            raise TenantNotFound()
        return tenant

    def _sees_all(self) -> bool:
        return self._caller is not None and self._caller.has_role(Role.platform_admin)
