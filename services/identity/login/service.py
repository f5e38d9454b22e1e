"""A login at a tenant's identity provider, the same for every protocol: where it goes, whom it lets in, as what.

No transaction is open while a provider is called, and a login under way is used up before its answer is judged: an
answer that is sent twice, or that proves nothing, needs a new login.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.models import Account
from services.identity.admission.service import Admission
from services.identity.assurance.evaluation import evaluate, wishes
from services.identity.authorization.errors import LoginExpired, NoLoginHere
from services.identity.authorization.models import LoginRequest
from services.identity.authorization.repository import LoginRequestRepository
from services.identity.authorization.request import AuthorizationRequest
from services.identity.authorization.service import AGE_LEEWAY, Authorization
from services.identity.loginlog.service import LoginLogService
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.protocol.refusal import Refusal
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import ProviderService
from services.identity.replay.service import ReplayService
from services.identity.secret.sealing import Sealer
from services.identity.session.service import LiveSession, NewSession, SessionService
from services.identity.trial.service import TrialOutcome, TrialService
from services.identity.verification.service import VerificationService
from shared.auth import Acr
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.handle import Handle, digest_of
from shared.kit.ids import new_id

Protocol = Literal["oidc", "saml"]


@dataclass(frozen=True)
class Wishes:
    """What the login should be like. `contexts` are the provider's own values, any of which will do."""

    contexts: tuple[str, ...] = ()
    max_age: int | None = None
    must_log_in_again: bool = False


@dataclass(frozen=True)
class Departure:
    """A login about to leave for a provider. `state` comes back with the answer; `browser` is the cookie's value."""

    request_id: UUID
    provider: IdentityProvider
    state: Handle
    wishes: Wishes
    browser: str
    purpose: str
    is_step_up: bool


@dataclass(frozen=True)
class Underway:
    """A login whose answer has come: what the client asked (nothing on trial), where the person was sent, and when."""

    request: AuthorizationRequest | None
    provider: IdentityProvider
    state: Handle
    wishes: Wishes
    nonce: str | None
    code_verifier: str | None
    protocol_request_id: str | None
    expected_account_id: UUID | None
    former_session_id: UUID | None
    began_at: datetime
    trial_id: UUID | None

    @property
    def is_step_up(self) -> bool:
        """Whether somebody who is logged in must log in more strongly or anew."""
        return self.expected_account_id is not None


@dataclass(frozen=True)
class LoggedIn:
    """The new session, the secret for its cookie, and the code for the client."""

    cookie: Handle
    code: str


@dataclass(frozen=True)
class ProtocolMemory:
    """What a protocol must find again when the answer comes."""

    nonce: str | None = None
    code_verifier: str | None = None
    request_id: str | None = None


class LoginDesk:
    """The logins at one tenant's providers."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def depart(
        self,
        tenant: UUID,
        handle: Handle | None,
        browser: str | None,
        protocol: Protocol,
        provider_id: UUID | None = None,
    ) -> Departure:
        """Where the login goes. Raises LoginExpired, NoLoginHere. `remember` must follow before the person leaves."""
        if handle is None or handle.tenant != tenant:
            raise LoginExpired()
        browser = browser or secrets.token_urlsafe(32)
        async with self._database.transaction(tenant) as session:
            row = await LoginRequestRepository(session).find_open(handle.digest, digest_of(browser), clock.now())
            if row is None:
                raise LoginExpired()
            provider = await self._destination(session, row, protocol, provider_id)
            state = Handle.new(tenant)
            row.provider_id, row.state_hash, row.browser_hash = provider.id, state.digest, digest_of(browser)
            on_trial = await TrialService(session, self._sealer).wanted(row.trial_id) if row.trial_id else None
            wanted = _wishes(_request(row), provider, on_trial)
        return Departure(
            row.id, provider, state, wanted, browser, row.purpose, is_step_up=row.expected_account_id is not None
        )

    async def remember(self, departure: Departure, memory: ProtocolMemory) -> None:
        """Keep what the protocol must find again. Raises LoginExpired when the login was used meanwhile."""
        async with self._database.transaction(departure.provider.tenant_id) as session:
            row = await LoginRequestRepository(session).get_departed(departure.request_id, departure.state.digest)
            if row is None:
                raise LoginExpired()
            row.nonce, row.code_verifier = memory.nonce, memory.code_verifier
            row.protocol_request_id = memory.request_id

    async def underway(self, tenant: UUID, state: Handle | None, browser: str | None, protocol: Protocol) -> Underway:
        """The login that an answer belongs to, used up. Raises LoginExpired for any other answer."""
        if state is None or state.tenant != tenant or browser is None:
            raise LoginExpired()
        async with self._database.transaction(tenant) as session:
            row = await LoginRequestRepository(session).use(state.digest, digest_of(browser), clock.now())
            if row is None or row.provider_id is None:
                raise LoginExpired()
            provider = await ProviderService(session, self._sealer).get(row.provider_id)
        if provider.protocol != protocol:
            raise LoginExpired()
        request = _request(row)
        return Underway(
            request=request,
            provider=provider,
            state=state,
            wishes=_wishes(request, provider),
            nonce=row.nonce,
            code_verifier=row.code_verifier,
            protocol_request_id=row.protocol_request_id,
            expected_account_id=row.expected_account_id,
            former_session_id=row.former_session_id,
            began_at=row.created_at,
            trial_id=row.trial_id,
        )

    async def admit(self, underway: Underway, proven: ProvenLogin, lifetime: timedelta) -> LoggedIn:
        """A session and a code for whom the provider proved. Raises LoginFailed, or Refusal for the client.

        Whoever raises leaves no session behind; `fail` must follow, in a transaction of its own.
        """
        if underway.provider.state != "active":
            raise LoginFailed("the identity provider was disabled", LoginFault.provider_off)
        if underway.request is None:
            raise LoginExpired()
        if underway.wishes.must_log_in_again and proven.auth_time < underway.began_at - AGE_LEEWAY:
            raise LoginFailed("the provider let an old login pass for a new one", LoginFault.too_weak)
        authorization = Authorization(self._database)
        try:
            async with self._database.transaction(underway.provider.tenant_id) as session:
                if proven.replay is not None and not await ReplayService(session).use(proven.replay):
                    raise LoginFailed("the answer was used before", LoginFault.replayed)
                account = await self.whom(session, underway.provider, proven, underway.expected_account_id)
                handle, live = await self._start(session, account, underway, proven, lifetime)
                if not authorization.satisfies(live, underway.request, AGE_LEEWAY):
                    reason = "the login was not as strong or recent as asked for"
                    raise LoginFailed(reason, LoginFault.too_weak, account.id)
                if underway.former_session_id is not None:
                    await SessionService(session).succeed(underway.former_session_id, live)
        except LoginFailed as failure:
            async with self._database.transaction(underway.provider.tenant_id) as session:
                await Admission(session).note_refusal(underway.provider, proven, failure.fault)
            raise
        return LoggedIn(handle, await authorization.issue_code(underway.request, live))

    async def try_out(self, underway: Underway, proven: ProvenLogin) -> LoginFault | None:
        """Conclude a trial whose answer was verified: judged as a login, but nobody is logged in. What went wrong."""
        async with self._database.transaction(underway.provider.tenant_id) as session:
            try:
                if proven.replay is not None and not await ReplayService(session).use(proven.replay):
                    raise LoginFailed("the answer was used before", LoginFault.replayed)
                account = await self.whom(session, underway.provider, proven)
                outcome = TrialOutcome(proven=proven, account_id=account.id)
            except LoginFailed as failure:
                outcome = TrialOutcome(failure.fault, proven, failure.account_id, str(failure))
            return await self._conclude(session, underway, outcome)

    async def fail(self, underway: Underway, failure: LoginFailed) -> LoginFault | None:
        """Keep that a login failed: in the log, or with the trial that it was for."""
        provider, request = underway.provider, underway.request
        async with self._database.transaction(provider.tenant_id) as session:
            if underway.trial_id is not None:
                outcome = TrialOutcome(failure.fault, failure.arrived, failure.account_id, str(failure))
                return await self._conclude(session, underway, outcome)
            await LoginLogService(session).failed(
                provider,
                failure.fault,
                account_id=failure.account_id,
                client_id=request.client_id if request else None,
                is_step_up=underway.expected_account_id is not None,
            )
        return failure.fault

    async def _conclude(self, session: AsyncSession, underway: Underway, outcome: TrialOutcome) -> LoginFault | None:
        if underway.trial_id is None:
            raise LoginExpired()
        trials = TrialService(session, self._sealer)
        # Read anew: the evidence must be about the row that is changed with it.
        provider = await ProviderService(session, self._sealer).locked(underway.provider.id)
        trial = await trials.conclude(underway.trial_id, provider, outcome)
        if trial.state == "passed" and trial.acr is not None:
            await VerificationService(session).prove(provider, trial.population, Acr(trial.acr), trial.id)
        return LoginFault(trial.fault) if trial.fault else None

    async def _destination(
        self, session: AsyncSession, row: LoginRequest, protocol: Protocol, provider_id: UUID | None
    ) -> IdentityProvider:
        """The one provider of a trial; else the active one that was chosen, or the first of this protocol."""
        providers = ProviderService(session, self._sealer)
        if row.purpose == "trial" and row.provider_id is not None:
            return await providers.get(row.provider_id)
        for provider in await providers.active():
            if provider.protocol == protocol and provider_id in (None, provider.id):
                return provider
        raise NoLoginHere()

    async def whom(
        self, session: AsyncSession, provider: IdentityProvider, proven: ProvenLogin, expected: UUID | None = None
    ) -> Account:
        """Whose login it is: somebody unknown gets no account on the fly. Raises LoginFailed.

        Trials and previews are judged by it as well.
        """
        return await Admission(session).resolve(provider, proven, expected)

    async def _start(
        self,
        session: AsyncSession,
        account: Account,
        underway: Underway,
        proven: ProvenLogin,
        lifetime: timedelta,
    ) -> tuple[Handle, LiveSession]:
        provider, session_id, expires_at = underway.provider, new_id(), clock.now() + lifetime
        new = NewSession(
            id=session_id,
            provider=provider,
            assurance=evaluate(proven.evidence, provider.loa_map, provider.acr_map),
            auth_time=proven.auth_time,
            expires_at=min(expires_at, proven.session_until or expires_at),
            upstream_session=proven.session_id,
            upstream_subject_hash=digest_of(f"{provider.issuer}\x1f{proven.subject}"),
            upstream_subject_sealed=self._sealer.seal(proven.subject.encode(), f"sso_session/{session_id}"),
        )
        LoginLogService(session).succeeded(
            provider,
            account.id,
            new.assurance,
            client_id=underway.request.client_id if underway.request else None,
            is_step_up=underway.expected_account_id is not None,
        )
        return await SessionService(session).start(account, new)


def refusal_of(failure: LoginFailed) -> Refusal:
    """What the client is told of a failed login: that it was too weak, or only that there is none."""
    if failure.fault is LoginFault.too_weak:
        return Refusal("unmet_authentication_requirements", "the login was not as strong or recent as asked for")
    return Refusal("access_denied", failure.fault.words.en)


def _request(row: LoginRequest) -> AuthorizationRequest | None:
    return AuthorizationRequest.model_validate(row.request) if row.request is not None else None


def _wishes(request: AuthorizationRequest | None, provider: IdentityProvider, on_trial: Acr | None = None) -> Wishes:
    """A trial asks as an ordinary login would, and for the level that it has to reach."""
    if request is None:
        return Wishes(wishes(provider.loa_map, provider.acr_map, on_trial))
    theirs = wishes(provider.loa_map, provider.acr_map, request.min_acr)
    return Wishes(theirs, request.max_age, must_log_in_again=request.prompt == "login")
