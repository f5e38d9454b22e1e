"""Makes or renews the demo data; running it again changes nothing that is right already.

Passwords and secrets follow from the installation's file key, so that nothing has to be remembered and no two
installations share one.
"""

import base64
import hashlib
import hmac
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.models import Account
from services.identity.account.schemas import AccountCreate
from services.identity.account.service import AccountService
from services.identity.client.models import Client
from services.identity.client.naming import client_id_for
from services.identity.client.service import ClientService
from services.identity.loginscope.service import LoginScopeService
from services.identity.membership.schemas import MembershipCreate
from services.identity.membership.service import MembershipService
from services.identity.provider.schemas import ProviderCreate
from services.identity.provider.service import ProviderService
from services.identity.secret.sealing import Sealer
from services.identity.seed.cast import NORRVIK, OPERATOR, SODERBY, TENANTS, USERS, VASTERBY, DemoTenant, DemoUser
from services.identity.seed.federation import federation_identity, keep_federation, keep_member
from services.identity.seed.saml import keep_saml_provider, saml_identity, service_providers
from services.identity.settings import Settings
from services.identity.tenant.models import Tenant
from services.identity.tenant.schemas import TenantCreate
from services.identity.tenant.service import TenantService, acting_in
from shared.auth import Acr, Role, RoleGrant, Scope, Side
from shared.auth.principal import API_AUDIENCE
from shared.kit.handle import digest_of
from shared.kit.ids import new_id
from shared.kit.kit_tables import NO_TENANT

WEAK, STRONG = "urn:startklar:demo:password", "urn:startklar:demo:two-factor"
IDP_CLIENT = "startklar"
APP, SCRIPT = "demo-app", "demo-script"


class DemoSeed:
    """Plays the cast into the database. `idp` is the demo identity provider's issuer, if one runs.

    `former` is what its directory file held before: a key that providers know stays.
    """

    def __init__(
        self, session: AsyncSession, settings: Settings, idp: str | None, former: dict[str, Any] | None = None
    ) -> None:
        self._session = session
        self._settings = settings
        self._idp = idp
        self._sealer = Sealer(settings.file_key_bytes())
        self._tenants: dict[str, Tenant] = {}
        self._saml = saml_identity(former or {}, list(SODERBY.domains)) if idp is not None else {}
        self._federation = federation_identity(former or {}, list(VASTERBY.domains)) if idp is not None else {}

    async def play(self) -> dict[str, Any]:
        """Everything that `demo.json` tells."""
        for tenant in TENANTS:
            self._tenants[tenant.slug] = await self._tenant(tenant)
            await self._login_scopes(self._tenants[tenant.slug], tenant)
            register = {SODERBY.slug: self._saml_provider, VASTERBY.slug: self._member}.get(tenant.slug, self._provider)
            await register(self._tenants[tenant.slug])
        for user in USERS:
            await self._user(user)
        clients = [await self._app(), await self._script()]
        return {
            "identityProvider": self._idp,
            "tenant": str(self._tenants[NORRVIK.slug].id),
            "tenants": [
                {"id": str(row.id), "slug": slug, "name": row.name, "kind": row.kind}
                for slug, row in self._tenants.items()
            ],
            "users": [self._shown(user) for user in USERS],
            "clients": clients,
        }

    def directory(self) -> dict[str, Any]:
        """What the demo identity provider must know: people with passwords, and us as its client."""
        callbacks = [f"{self._settings.issuer}/oidc/{tenant.id}/callback" for tenant in self._tenants.values()]
        return {
            "users": [
                {
                    "username": user.username,
                    "password": self._secret(f"password/{user.username}"),
                    "eppn": user.login_name,
                    "name": user.name,
                    "acr": STRONG if user.is_strong else WEAK,
                    "contexts": [WEAK, STRONG] if user.is_strong else [WEAK],
                    "stepsUp": user.steps_up,
                }
                for user in USERS
            ],
            "clients": [{"clientId": IDP_CLIENT, "clientSecret": self._secret(IDP_CLIENT), "redirectUris": callbacks}],
            "saml": self._saml,
            "federation": self._federation,
            "serviceProviders": service_providers(self._settings.issuer, [row.id for row in self._tenants.values()]),
        }

    async def _tenant(self, wanted: DemoTenant) -> Tenant:
        tenants = TenantService(self._session)
        body = TenantCreate(kind=wanted.kind, name=wanted.name, slug=wanted.slug)
        found = await tenants.find_by_slug(wanted.slug)
        return found or await tenants.found(body, is_operator=wanted.is_operator)

    async def _login_scopes(self, tenant: Tenant, played: DemoTenant) -> None:
        """The domains of the people at the demo provider, and of the demo roster."""
        async with acting_in(self._session, tenant.id):
            for domain in played.domains:
                await LoginScopeService(self._session).verify(domain, "operator", "demonstration")

    async def _provider(self, tenant: Tenant) -> None:
        """Register the demo provider; after a restart it may stand on another port."""
        if self._idp is None:
            return
        body = ProviderCreate.model_validate(
            {
                "name": "Demo",
                "issuer": self._idp,
                "client_id": IDP_CLIENT,
                "client_secret": self._secret(IDP_CLIENT),
                "acr_map": {WEAK: Acr.basic, STRONG: Acr.strong},
            }
        )
        async with acting_in(self._session, tenant.id):
            providers = ProviderService(self._session, self._sealer)
            present = next((row for row in await providers.active() if row.protocol == "oidc"), None)
            if present is None:
                await providers.register(body, is_demo=True)
            elif present.is_demo and present.issuer != self._idp:
                present.issuer = self._idp
                present.touch()

    async def _member(self, tenant: Tenant) -> None:
        """Another one logs in by a federation's metadata, which the operator has pinned, or as the first one does."""
        if self._idp is not None:
            async with acting_in(self._session, self._tenants[OPERATOR.slug].id):
                federation = await keep_federation(self._session, self._idp, self._federation)
            async with acting_in(self._session, tenant.id):
                ours = {WEAK: Acr.basic.value, STRONG: Acr.strong.value}
                await keep_member(self._session, self._idp, federation, ours)
            await self._provider(tenant)

    async def _saml_provider(self, tenant: Tenant) -> None:
        """One municipality of the demo logs in over SAML, as most do."""
        if self._idp is not None:
            async with acting_in(self._session, tenant.id):
                ours = {WEAK: Acr.basic.value, STRONG: Acr.strong.value}
                await keep_saml_provider(self._session, self._idp, self._saml, ours)

    async def _user(self, user: DemoUser) -> None:
        home = self._tenants[user.home].id
        async with acting_in(self._session, home):
            accounts = AccountService(self._session)
            body = AccountCreate(login_name=user.login_name, display_name=user.name)
            account = await accounts.find_by_login(user.login_name) or await accounts.open(body)
        for part in user.parts:
            await self._part(account, self._tenants[part.tenant].id, part.role, part.side)

    async def _part(self, account: Account, tenant: UUID, role: Role, side: Side) -> None:
        async with acting_in(self._session, tenant):
            memberships = MembershipService(self._session)
            standing = await memberships.standing(account.id)
            if standing and RoleGrant(role) in standing.roles:
                return
            body = MembershipCreate(account_id=account.id, home_tenant_id=account.tenant_id, role=role, side=side)
            await memberships.grant(body)

    async def _app(self) -> dict[str, Any]:
        redirects = [f"{self._settings.public_url}/demo/callback", "http://127.0.0.1:8765/callback"]
        async with acting_in(self._session, NO_TENANT):
            clients = ClientService(self._session)
            client = await clients.find_by_client_id(APP)
            if client is None:
                client = Client(tenant_id=NO_TENANT, client_id=APP, name="Demo app", kind="public", is_demo=True)
                await clients.add(client)
            client.redirect_uris = redirects
            client.post_logout_redirect_uris = [f"{self._settings.public_url}/"]
            client.scopes = [scope.value for scope in Scope]
        return {"name": APP, "clientId": APP, "redirectUri": redirects[0], "redirectUris": redirects}

    async def _script(self) -> dict[str, Any]:
        tenant, secret = self._tenants[NORRVIK.slug], self._secret(SCRIPT)
        scopes = [scope.value for scope in Scope if ":" in scope]
        async with acting_in(self._session, tenant.id):
            clients = ClientService(self._session)
            client = next((row for row in await clients.list(200, None) if row.is_demo), None)
            if client is None:
                row_id = new_id()
                client = Client(
                    tenant_id=tenant.id,
                    id=row_id,
                    client_id=client_id_for(tenant.id, row_id),
                    name=SCRIPT,
                    kind="script",
                    scopes=scopes,
                    audiences=[API_AUDIENCE],
                    roles=[str(RoleGrant(Role.auditor)), str(RoleGrant(Role.project_leader))],
                    side=Side.customer.value,
                    is_demo=True,
                )
                await clients.add(client)
            client.secret_hash = digest_of(secret)
            client.scopes = scopes
        return {"name": SCRIPT, "clientId": client.client_id, "clientSecret": secret, "tenant": NORRVIK.slug}

    def _shown(self, user: DemoUser) -> dict[str, Any]:
        return {
            "username": user.username,
            "password": self._secret(f"password/{user.username}"),
            "name": user.name,
            "roles": [f"{part.role.value} ({part.side.value}) @ {part.tenant}" for part in user.parts],
            "tenant": user.home,
            "loginName": user.login_name,
        }

    def _secret(self, name: str) -> str:
        mac = hmac.new(self._settings.file_key_bytes(), f"startklar.demo/{name}".encode(), hashlib.sha256)
        return base64.b32encode(mac.digest()[:15]).decode().lower()
