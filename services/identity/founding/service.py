"""Founds tenants with their first administrator, the operator's own among them."""

import secrets
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.login_name import scope_of
from services.identity.account.schemas import AccountCreate
from services.identity.account.service import AccountService
from services.identity.founding.errors import AlreadyBootstrapped, BootstrapRefused
from services.identity.founding.models import BootstrapCode
from services.identity.founding.repository import BootstrapRepository
from services.identity.founding.schemas import BootstrapCreate, TenantFound
from services.identity.loginscope.service import LoginScopeService
from services.identity.membership.schemas import MembershipCreate
from services.identity.membership.service import MembershipService
from services.identity.provider.service import ProviderService
from services.identity.secret.sealing import Sealer
from services.identity.tenant.models import Tenant
from services.identity.tenant.schemas import FirstAdministrator, TenantCreate
from services.identity.tenant.service import TenantService, acting_in
from shared.auth import Role, Side
from shared.kit import clock
from shared.kit.db import set_tenant
from shared.kit.handle import digest_of
from shared.kit.kit_tables import NO_TENANT

CODE_LIFETIME = timedelta(hours=1)
_SIDES = {"authority": Side.customer, "supplier": Side.supplier, "programme": Side.programme}


class FoundingService:
    """Creates what must exist before anybody there can log in."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def found(self, body: TenantFound, sealer: Sealer) -> Tenant:
        """A tenant, with its first administrator and provider where they are named. Raises SlugTaken, LoginScopeTaken.

        By naming the administrator the operator vouches for the domain of the login name, or nobody could log in.
        """
        tenant = await TenantService(self._session).found(body)
        if body.identity_provider is not None:
            async with acting_in(self._session, tenant.id):
                await ProviderService(self._session, sealer).register(body.identity_provider)
        if body.administrator is not None:
            await self._administrator(tenant, body.administrator, (Role.tenant_admin,))
        return tenant

    async def new_code(self) -> str:
        """A bootstrap code, shown once. Raises AlreadyBootstrapped when the platform has its operator."""
        if await TenantService(self._session).operator() is not None:
            raise AlreadyBootstrapped()
        code = secrets.token_urlsafe(24)
        now = clock.now()
        async with acting_in(self._session, NO_TENANT):
            row = BootstrapCode(
                tenant_id=NO_TENANT, code_hash=digest_of(code), created_at=now, expires_at=now + CODE_LIFETIME
            )
            BootstrapRepository(self._session).add(row)
        return code

    async def bootstrap(self, body: BootstrapCreate, sealer: Sealer) -> Tenant:
        """The operator's tenant with its provider and the first administrator of the platform.

        Raises BootstrapRefused, AlreadyBootstrapped, SlugTaken; a refused code stays as good as it was.
        """
        await set_tenant(self._session, NO_TENANT)
        digest = digest_of(body.code.get_secret_value())
        if not await BootstrapRepository(self._session).use(digest, clock.now()):
            raise BootstrapRefused()
        tenants = TenantService(self._session)
        if await tenants.operator() is not None:
            raise AlreadyBootstrapped()
        founded = TenantCreate(kind="supplier", name=body.name, slug=body.slug)
        tenant = await tenants.found(founded, is_operator=True)
        async with acting_in(self._session, tenant.id):
            await ProviderService(self._session, sealer).register(body.identity_provider)
        await self._administrator(tenant, body.administrator, (Role.tenant_admin, Role.platform_admin))
        return tenant

    async def _administrator(self, tenant: Tenant, who: FirstAdministrator, roles: tuple[Role, ...]) -> None:
        async with acting_in(self._session, tenant.id):
            domain = scope_of(who.login_name)
            if domain is not None:
                await LoginScopeService(self._session).verify(domain, "operator", "named when the tenant was founded")
            account = await AccountService(self._session).open(
                AccountCreate(login_name=who.login_name, display_name=who.display_name)
            )
            for role in roles:
                await MembershipService(self._session).grant(
                    MembershipCreate(account_id=account.id, role=role, side=_SIDES[tenant.kind])
                )
