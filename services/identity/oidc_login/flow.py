"""Logins over OpenID Connect: what the login desk decides, said in that protocol."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from services.identity.authorization.errors import LoginExpired
from services.identity.login.service import Departure, LoginDesk, ProtocolMemory, Underway
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import ProviderService
from services.identity.secret.sealing import Sealer
from services.identity.upstream.client import Challenge, Registration, Upstream, Wishes
from shared.kit.db import Database
from shared.kit.handle import Handle


@dataclass(frozen=True)
class ProviderResponse:
    """What the provider sent the browser back with."""

    code: str | None
    issuer: str | None
    error: str | None


class OidcFlow:
    """To a tenant's OpenID provider and back; `issuer` is ours, under which the provider's responses arrive."""

    def __init__(self, database: Database, upstream: Upstream, sealer: Sealer, issuer: str) -> None:
        self._database = database
        self._upstream = upstream
        self._sealer = sealer
        self._issuer = issuer
        self.desk = LoginDesk(database, sealer)

    async def depart(
        self, tenant: UUID, handle: Handle | None, browser: str | None, provider_id: UUID | None
    ) -> tuple[str, Departure]:
        """The provider's address for the browser. Raises LoginExpired, NoLoginHere, or LoginFailed of the provider."""
        departure = await self.desk.depart(tenant, handle, browser, "oidc", provider_id)
        asked, nonce, verifier = departure.wishes, secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        await self.desk.remember(departure, ProtocolMemory(nonce=nonce, code_verifier=verifier))
        challenge = Challenge(departure.state.text, nonce, verifier)
        wishes = Wishes(asked.contexts, asked.max_age, asked.must_log_in_again)
        return await self._upstream.login_url(self._registration(departure.provider), challenge, wishes), departure

    async def prove(self, underway: Underway, response: ProviderResponse) -> ProvenLogin:
        """Redeem the response. Raises LoginFailed."""
        if response.error is not None or response.code is None:
            raise LoginFailed("the identity provider did not log the person in", LoginFault.provider_refused)
        if underway.nonce is None or underway.code_verifier is None:
            raise LoginExpired()
        wishes = underway.wishes
        challenge = Challenge(
            underway.state.text,
            underway.nonce,
            underway.code_verifier,
            asks_for_age=wishes.max_age is not None or wishes.must_log_in_again,
        )
        registration = self._registration(underway.provider)
        return await self._upstream.redeem(registration, challenge, response.code, response.issuer)

    def _registration(self, provider: IdentityProvider) -> Registration:
        secret = ProviderService.open_secret(self._sealer, provider)
        return Registration(
            issuer=provider.issuer,
            client_id=provider.client_id or "",
            client_secret=secret or "",
            redirect_uri=f"{self._issuer}/oidc/{provider.tenant_id}/callback",
            login_claim=provider.login_claim,
        )
