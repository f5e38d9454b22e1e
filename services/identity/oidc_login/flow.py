"""Logins over OpenID Connect: what the login desk decides, said in that protocol."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from services.identity.authorization.errors import LoginExpired
from services.identity.login.service import LoginDesk
from services.identity.login.underway import Departure, ProtocolMemory, Underway
from services.identity.oidc_login.registrations import Registrations
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.upstream.client import Upstream, Wishes
from services.identity.upstream.request import Challenge, oldest_login
from shared.kit.handle import Handle


@dataclass(frozen=True)
class ProviderResponse:
    """What the provider sent the browser back with."""

    code: str | None
    issuer: str | None
    error: str | None


class OidcFlow:
    """To a tenant's OpenID provider and back."""

    def __init__(self, desk: LoginDesk, upstream: Upstream, registrations: Registrations) -> None:
        self.desk = desk
        self._upstream = upstream
        self._registrations = registrations

    async def depart(
        self, tenant: UUID, handle: Handle | None, browser: str | None, provider_id: UUID | None
    ) -> tuple[str, Departure]:
        """The provider's address for the browser. Raises LoginExpired, NoLoginHere, or LoginFailed of the provider."""
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        memory = ProtocolMemory("oidc", nonce=nonce, code_verifier=verifier)
        departure = await self.desk.depart(tenant, handle, browser, memory, provider_id)
        asked = departure.wishes
        challenge = Challenge(departure.state.text, nonce, verifier)
        wishes = Wishes(asked.contexts, asked.max_age, asked.must_log_in_again)
        registration = await self._registrations.of(departure.provider)
        return await self._upstream.login_url(registration, challenge, wishes), departure

    async def prove(self, underway: Underway, response: ProviderResponse) -> ProvenLogin:
        """Redeem the response. Raises LoginFailed."""
        if response.error is not None or response.code is None:
            raise LoginFailed("the identity provider did not log the person in", LoginFault.provider_refused)
        if underway.nonce is None or underway.code_verifier is None:
            raise LoginExpired()
        asked = underway.wishes
        challenge = Challenge(
            underway.state.text,
            underway.nonce,
            underway.code_verifier,
            oldest_login(underway.began_at, asked.max_age, must_log_in_again=asked.must_log_in_again),
        )
        registration = await self._registrations.of(underway.provider)
        return await self._upstream.redeem(registration, challenge, response.code, response.issuer)
