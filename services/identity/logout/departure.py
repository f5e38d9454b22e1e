"""Takes a logout on to the identity provider where the session began, in that provider's protocol."""

from dataclasses import dataclass

import structlog

from services.identity.logout.models import Logout
from services.identity.logout.service import LogoutService
from services.identity.oidc_login.registrations import Registrations, read_configuration
from services.identity.proof.faults import LoginFailed
from services.identity.provider.errors import ProviderNotFound
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import ProviderService
from services.identity.saml.certificates import read_certificate
from services.identity.saml.logout import LogoutCall, build_logout_request
from services.identity.saml.name_id import NameId
from services.identity.saml.names import REDIRECT
from services.identity.saml.posting import post_fields
from services.identity.saml.redirect import redirect_url
from services.identity.saml.requests import new_message_id
from services.identity.saml.signing import SigningCredential
from services.identity.saml_login.flow import Outgoing
from services.identity.saml_login.names import ServiceProviderNames
from services.identity.saml_login.subject import read_subject
from services.identity.saml_login.trust import trust_of
from services.identity.secret.sealing import Sealer
from services.identity.session.models import SsoSession
from services.identity.tenantkey.ring import SamlKeys, TenantKeyRing
from services.identity.upstream.client import Upstream
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.handle import Handle

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Providers:
    """What it takes to speak with identity providers of either protocol; `issuer` is ours."""

    database: Database
    upstream: Upstream
    registrations: Registrations
    keys: TenantKeyRing
    sealer: Sealer
    issuer: str

    async def take_on(self, logout: Logout, handle: Handle, row: SsoSession) -> Outgoing | None:
        """Where the browser goes to log out there as well; None where the provider offers nothing, or is away.

        The sessions here have ended before, whatever comes of it.
        """
        async with self.database.transaction(row.tenant_id) as session:
            try:
                provider = await ProviderService(session, self.sealer).get(row.provider_id)
            except ProviderNotFound:
                return None
        outgoing, request_id = None, new_message_id()
        try:
            if provider.protocol == "saml":
                outgoing = await self._saml(provider, row, handle, request_id)
            else:
                outgoing = await self._oidc(provider, handle)
        except LoginFailed as failure:
            log.warning("provider_logout_not_begun", tenant=str(row.tenant_id), reason=str(failure))
        async with self.database.transaction(row.tenant_id) as session:
            service = LogoutService(session, self.issuer)
            if outgoing is None:
                await service.leave_provider(logout.id, provider)
            else:
                await service.await_provider(logout.id, provider, request_id)
        return outgoing

    async def _oidc(self, provider: IdentityProvider, handle: Handle) -> Outgoing | None:
        if not read_configuration(provider).ends_session:
            return None
        registration = await self.registrations.of(provider)
        back = f"{self.issuer}/oidc/{provider.tenant_id}/logged-out"
        url = await self.upstream.end_session_url(registration, back, handle.text)
        return Outgoing(url) if url is not None else None

    async def _saml(
        self, provider: IdentityProvider, row: SsoSession, handle: Handle, request_id: str
    ) -> Outgoing | None:
        trust = await trust_of(self.database, provider)
        name_id = self._name_id(row)
        if trust.slo is None or name_id is None:
            return None
        names = ServiceProviderNames(self.issuer, provider.tenant_id)
        message = build_logout_request(
            LogoutCall(
                request_id=request_id,
                issued_at=clock.now(),
                sp_entity_id=names.entity_id,
                destination=trust.slo.location,
                name_id=name_id,
                session_indexes=(row.upstream_session,) if row.upstream_session else (),
            )
        )
        credential = credential_of(await self.keys.saml(provider.tenant_id))
        if trust.slo.binding == REDIRECT:
            return Outgoing(redirect_url(trust.slo.location, "SAMLRequest", message, handle.text, credential))
        return Outgoing(trust.slo.location, post_fields("SAMLRequest", message, handle.text, credential))

    def _name_id(self, row: SsoSession) -> NameId | None:
        """The name that the provider gave; None where it gave none and the session knows a login name alone."""
        if row.upstream_subject_sealed is None:
            return None
        subject = self.sealer.open(row.upstream_subject_sealed, f"sso_session/{row.id}").decode()
        return read_subject(subject) if subject.startswith("[") else None


def credential_of(keys: SamlKeys) -> SigningCredential:
    """What signs our messages to a tenant's SAML providers."""
    return SigningCredential(keys.signing, read_certificate(keys.signing_certificates[0]))
