"""A login at a tenant's identity provider, from the redirect to the session.

No transaction is open while the provider is called, and the request is used up before: a response that is sent
twice, or whose exchange fails, needs a new login.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.identity.account.models import Account
from services.identity.account.service import AccountService
from services.identity.authorization.errors import LoginExpired, NoLoginHere
from services.identity.authorization.models import LoginRequest
from services.identity.authorization.repository import LoginRequestRepository
from services.identity.authorization.request import AuthorizationRequest
from services.identity.authorization.service import AGE_LEEWAY, Authorization
from services.identity.protocol.refusal import Refusal
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import ProviderService
from services.identity.secret.sealing import Sealer
from services.identity.session.service import LiveSession, SessionService
from services.identity.upstream.client import Challenge, Registration, Upstream, Wishes
from services.identity.upstream.id_token import VerifiedLogin
from shared.auth import Acr
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.handle import Handle, digest_of


@dataclass(frozen=True)
class ProviderResponse:
    """What the provider sent the browser back with."""

    state: str | None
    code: str | None
    issuer: str | None
    error: str | None


@dataclass(frozen=True)
class Underway:
    """A login whose response has come: what the client asked, and where the person was sent."""

    request: AuthorizationRequest
    challenge: Challenge
    provider: IdentityProvider
    registration: Registration
    expected_account_id: UUID | None


@dataclass(frozen=True)
class LoggedIn:
    """The new session, the secret for its cookie, and the code for the client."""

    cookie: Handle
    code: str


class LoginFlow:
    """Logins at one tenant's provider; `issuer` is ours, under which the provider's responses arrive."""

    def __init__(self, database: Database, upstream: Upstream, sealer: Sealer, issuer: str) -> None:
        self._database = database
        self._upstream = upstream
        self._sealer = sealer
        self._issuer = issuer

    async def depart(self, tenant: UUID, handle: Handle | None, browser: str | None) -> str:
        """The provider's address for the browser. Raises LoginExpired, NoLoginHere, or LoginFailed of the provider."""
        if handle is None or handle.tenant != tenant or browser is None:
            raise LoginExpired()
        state = Handle.new(tenant)
        challenge = Challenge(state.text, secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        async with self._database.transaction(tenant) as session:
            row = await LoginRequestRepository(session).find_open(handle.digest, digest_of(browser), clock.now())
            if row is None:
                raise LoginExpired()
            providers = ProviderService(session, self._sealer)
            provider = await providers.find_active()
            if provider is None:
                raise NoLoginHere()
            row.provider_id, row.state_hash = provider.id, state.digest
            row.nonce, row.code_verifier = challenge.nonce, challenge.code_verifier
            registration = self._registration(provider, providers)
            wishes = _wishes(AuthorizationRequest.model_validate(row.request), provider)
        return await self._upstream.login_url(registration, challenge, wishes)

    async def underway(self, tenant: UUID, response: ProviderResponse, browser: str | None) -> Underway:
        """The login that a response belongs to, used up. Raises LoginExpired for any other response."""
        state = Handle.parse(response.state)
        if state is None or state.tenant != tenant or browser is None:
            raise LoginExpired()
        async with self._database.transaction(tenant) as session:
            row = await LoginRequestRepository(session).use(state.digest, digest_of(browser), clock.now())
            if row is None or row.provider_id is None:
                raise LoginExpired()
            providers = ProviderService(session, self._sealer)
            provider = await providers.get(row.provider_id)
            registration = self._registration(provider, providers)
        request = AuthorizationRequest.model_validate(row.request)
        return Underway(request, _challenge(row, state, request), provider, registration, row.expected_account_id)

    async def arrive(self, underway: Underway, response: ProviderResponse, lifetime: timedelta) -> LoggedIn:
        """Redeem the response into a session and a code. Raises Refusal for the client, LoginFailed for the log."""
        if underway.provider.state != "active":
            raise Refusal("access_denied", "the identity provider was disabled")
        if response.error is not None or response.code is None:
            raise Refusal("access_denied", "the identity provider did not log the person in")
        login = await self._upstream.redeem(underway.registration, underway.challenge, response.code, response.issuer)
        handle, live = await self._start_session(underway, login, lifetime)
        authorization = Authorization(self._database)
        if not authorization.satisfies(live, underway.request, AGE_LEEWAY):
            raise Refusal("unmet_authentication_requirements", "the login was not as strong or recent as asked for")
        return LoggedIn(handle, await authorization.issue_code(underway.request, live))

    async def _start_session(
        self, underway: Underway, login: VerifiedLogin, lifetime: timedelta
    ) -> tuple[Handle, LiveSession]:
        async with self._database.transaction(underway.provider.tenant_id) as session:
            account = await AccountService(session).find_by_login(login.login_name)
            _check_account(account, underway.expected_account_id)
            assert account is not None  # noqa: S101 - checked just above
            return await SessionService(session).start(account, underway.provider, login, lifetime)

    def _registration(self, provider: IdentityProvider, providers: ProviderService) -> Registration:
        return Registration(
            issuer=provider.issuer,
            client_id=provider.client_id,
            client_secret=providers.secret_of(provider),
            redirect_uri=f"{self._issuer}/oidc/{provider.tenant_id}/callback",
            login_claim=provider.login_claim,
        )


def _check_account(account: Account | None, expected: UUID | None) -> None:
    """A login name that the roster does not know gets no account (never one on the fly), a closed one no session."""
    if account is None or account.state != "open":
        raise Refusal("access_denied", "the person has no open account here")
    if expected is not None and account.id != expected:
        raise Refusal("access_denied", "the stronger login was another person's")


def _challenge(row: LoginRequest, state: Handle, request: AuthorizationRequest) -> Challenge:
    if row.nonce is None or row.code_verifier is None:
        raise LoginExpired()
    return Challenge(state.text, row.nonce, row.code_verifier, asks_for_age=request.max_age is not None)


def _wishes(request: AuthorizationRequest, provider: IdentityProvider) -> Wishes:
    wanted = request.min_acr
    theirs = [value for value, ours in provider.acr_map.items() if wanted and Acr(ours).at_least(wanted)]
    return Wishes(tuple(theirs), request.max_age, must_log_in_again=request.prompt == "login")
