"""Where a person goes on who has chosen, or must still choose, how to log in."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from services.identity.authorization.errors import LoginExpired, NoLoginHere
from services.identity.authorization.repository import LoginRequestRepository
from services.identity.authorization.request import AuthorizationRequest
from services.identity.authorization.service import Authorization
from services.identity.discovery_page.errors import DiscoveryRefused, NotConnected
from services.identity.federation.service import FederationService
from services.identity.federation.service.lookup import Discoverable, UsedProvider
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import ProviderService
from services.identity.saml_login.names import ServiceProviderNames
from services.identity.secret.sealing import Sealer
from services.identity.tenant.errors import TenantNotFound
from services.identity.tenant.models import Tenant
from services.identity.tenant.service import TenantService
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.handle import Handle, digest_of

MOST_SHOWN = 100


@dataclass(frozen=True)
class Choice:
    """An organisation and its ways to log in."""

    tenant: Tenant
    providers: Sequence[IdentityProvider]


@dataclass(frozen=True)
class Onward:
    """The login goes on at `path` with this handle."""

    path: str
    handle: Handle
    provider_id: UUID


class DiscoveryDesk:
    """Choosing an identity provider, for our own logins and for members of a federation."""

    def __init__(self, database: Database, sealer: Sealer, issuer: str) -> None:
        self._database = database
        self._sealer = sealer
        self._issuer = issuer

    async def choice(self, tenant_id: UUID) -> Choice:
        """The ways to log in at a tenant; raises NoLoginHere when there is none."""
        async with self._database.transaction(tenant_id) as session:
            tenant = await TenantService(session).find(tenant_id)
            providers = await ProviderService(session, self._sealer).active()
        if tenant is None or not providers:
            raise NoLoginHere()
        return Choice(tenant, providers)

    async def choice_by_slug(self, slug: str) -> Choice:
        """The same for who knows the short name; raises TenantNotFound."""
        async with self._database.transaction(None) as session:
            tenant = await TenantService(session).find_by_slug(slug)
        if tenant is None or tenant.state != "active":
            raise TenantNotFound()
        async with self._database.transaction(tenant.id) as session:
            return Choice(tenant, await ProviderService(session, self._sealer).active())

    async def find(self, words: str, lang: str) -> list[Discoverable]:
        """One more than a page shows, so that it knows when there are more."""
        async with self._database.transaction(None) as session:
            return await FederationService(session).find(words, lang, MOST_SHOWN + 1)

    async def return_address(self, service_provider: str, asked: str | None, parameter: str) -> str:
        """Where a service provider gets its answer: what it asks for, if its metadata name it (idpdisc section 2.4.2).

        Without that check the page would lead anybody anywhere (section 3). Raises DiscoveryRefused.
        """
        known = await self._responses(service_provider)
        if not known:
            raise DiscoveryRefused()
        address = asked or known[0]
        parts = urlsplit(address)
        is_plain = not parts.fragment and "#" not in address and "\\" not in address and address.isprintable()
        if not is_plain or not any(_without_query(address) == _without_query(one) for one in known):
            raise DiscoveryRefused()
        if parameter in dict(parse_qsl(parts.query, keep_blank_values=True)):
            raise DiscoveryRefused()
        return address

    async def go_on(
        self, tenant_id: UUID, handle: Handle, browser: str | None, entity_id: str, organisation: UUID | None
    ) -> Onward | list[Tenant]:
        """The login at the chosen identity provider: of the tenant where it began, else of the organisation whose
        identity provider it is. Where several share it, those to choose from. Raises NotConnected, LoginExpired.
        """
        async with self._database.transaction(tenant_id) as session:
            used = await FederationService(session).used([entity_id])
        own = next((one for one in used if one.tenant_id == tenant_id), None)
        if own is not None:
            return _onward(own, handle)
        others = {one.tenant_id: one for one in used if organisation in (None, one.tenant_id)}
        if not others:
            raise NotConnected()
        if len(others) > 1:
            return await self._named(others)
        (chosen,) = others.values()
        return _onward(chosen, await self._move(tenant_id, handle, browser, chosen.tenant_id))

    async def _named(self, used: dict[UUID, UsedProvider]) -> list[Tenant]:
        async with self._database.transaction(None) as session:
            found = [await TenantService(session).find(one) for one in used]
        return sorted((one for one in found if one is not None), key=lambda one: one.name)

    async def _move(self, tenant_id: UUID, handle: Handle, browser: str | None, home: UUID) -> Handle:
        """Begin the same login at another organisation, where the person has the account; the former is used up.

        What the client or a step-up has fixed stays fixed: then the login is nobody else's.
        """
        if browser is None:
            raise LoginExpired()
        async with self._database.transaction(tenant_id) as session:
            row = await LoginRequestRepository(session).find_open(handle.digest, digest_of(browser), clock.now())
            if row is None or row.request is None or row.purpose != "login":
                raise LoginExpired()
            request = AuthorizationRequest.model_validate(row.request)
            if row.expected_account_id is not None or request.home is not None:
                raise NotConnected()
            row.used_at = clock.now()
        begun = await Authorization(self._database).begin_login(
            request.model_copy(update={"home": home}), None, browser
        )
        return begun.handle

    async def _responses(self, service_provider: str) -> list[str]:
        own = await self._own(service_provider)
        if own is not None:
            return [own]
        async with self._database.transaction(None) as session:
            return await FederationService(session).discovery_responses(service_provider)

    async def _own(self, service_provider: str) -> str | None:
        """The discovery address of one of our tenants, if the entityID is its."""
        begins, ends = f"{self._issuer}/saml/", "/metadata"
        if not (service_provider.startswith(begins) and service_provider.endswith(ends)):
            return None
        try:
            tenant = UUID(service_provider[len(begins) : -len(ends)])
        except ValueError:
            return None
        names = ServiceProviderNames(self._issuer, tenant)
        async with self._database.transaction(None) as session:
            is_known = await TenantService(session).find(tenant) is not None
        return names.discovery_url if is_known and names.entity_id == service_provider else None


def _onward(used: UsedProvider, handle: Handle) -> Onward:
    return Onward(f"/{used.protocol}/{used.tenant_id}/login", handle, used.provider_id)


def _without_query(address: str) -> str:
    return address.partition("?")[0]
