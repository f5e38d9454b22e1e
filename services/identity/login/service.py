"""A login at a tenant's identity provider, the same for every protocol: where it goes, whom it lets in, as what.

No transaction is open while a provider is called, and a login under way is used up before its answer is judged: an
answer that is sent twice, or that proves nothing, needs a new login.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.models import Account
from services.identity.admission.service import Admission
from services.identity.assurance.evaluation import wishes
from services.identity.authorization.arrival import use_login
from services.identity.authorization.departure import Leaving, depart
from services.identity.authorization.errors import LoginExpired
from services.identity.authorization.request import AuthorizationRequest
from services.identity.authorization.service import AGE_LEEWAY, Authorization, satisfies
from services.identity.login.plain import NOT_STRONG_ENOUGH, PlainLogins, new_session, plain_login
from services.identity.login.underway import Departure, LoggedIn, Protocol, ProtocolMemory, Underway, Wishes
from services.identity.loginlog.service import LoginLogService
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.protocol.refusal import Refusal
from services.identity.provider.directory import ProviderDirectory
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import ProviderService
from services.identity.replay.service import ReplayService
from services.identity.secret.sealing import Sealer
from services.identity.session.service import LiveSession, SessionService
from services.identity.trial.service import TrialOutcome, TrialService
from services.identity.verification.service import VerificationService
from shared.auth import Acr
from shared.kit.db import Database
from shared.kit.handle import Handle, digest_of


class LoginDesk:
    """The logins at one tenant's providers."""

    def __init__(self, database: Database, sealer: Sealer, providers: ProviderDirectory | None = None) -> None:
        self._database = database
        self._sealer = sealer
        self._providers = providers or ProviderDirectory(database)

    async def depart(
        self,
        tenant: UUID,
        handle: Handle | None,
        browser: str | None,
        memory: ProtocolMemory,
        provider_id: UUID | None = None,
    ) -> Departure:
        """Where the login goes; its answer will find `memory`. Raises LoginExpired, NoLoginHere."""
        if handle is None or handle.tenant != tenant:
            raise LoginExpired()
        browser, state = browser or secrets.token_urlsafe(32), Handle.new(tenant)
        leaving = Leaving(
            handle_hash=handle.digest,
            browser_hash=digest_of(browser),
            state_hash=state.digest,
            protocol=memory.protocol,
            provider_id=provider_id,
            nonce=memory.nonce,
            code_verifier=memory.code_verifier,
            request_id=memory.request_id,
        )
        departed = await depart(self._database, tenant, leaving)
        provider = await self._providers.get(tenant, departed.provider_id, departed.provider_revision)
        wanted = _wishes(departed.request, provider, await self._wanted(tenant, departed.trial_id))
        is_step_up = departed.expected_account_id is not None
        return Departure(provider, state, wanted, browser, departed.purpose, is_step_up=is_step_up)

    async def underway(self, tenant: UUID, state: Handle | None, browser: str | None, protocol: Protocol) -> Underway:
        """The login that an answer belongs to, used up. Raises LoginExpired for any other answer."""
        if state is None or state.tenant != tenant or browser is None:
            raise LoginExpired()
        used = await use_login(self._database, tenant, state.digest, digest_of(browser))
        if used is None:
            raise LoginExpired()
        provider = await self._providers.get(tenant, used.provider_id, used.provider_revision)
        if provider.protocol != protocol:
            raise LoginExpired()
        return Underway(
            request=used.request,
            provider=provider,
            state=state,
            wishes=_wishes(used.request, provider),
            nonce=used.nonce,
            code_verifier=used.code_verifier,
            protocol_request_id=used.protocol_request_id,
            expected_account_id=used.expected_account_id,
            former_session_id=used.former_session_id,
            began_at=used.created_at,
            trial_id=used.trial_id,
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
        try:
            if (plain := plain_login(underway, underway.request, proven)) is not None:
                logged_in = await PlainLogins(self._database, self._sealer).admit(plain, lifetime)
                if logged_in is not None:
                    return logged_in
            return await self._admit(underway, underway.request, proven, lifetime)
        except LoginFailed as failure:
            async with self._database.transaction(underway.provider.tenant_id) as session:
                await Admission(session).note_refusal(underway.provider, proven, failure.fault)
            raise

    async def _admit(
        self, underway: Underway, request: AuthorizationRequest, proven: ProvenLogin, lifetime: timedelta
    ) -> LoggedIn:
        """Any login: also one that takes the place of another, or whose code is for another tenant."""
        authorization = Authorization(self._database)
        async with self._database.transaction(underway.provider.tenant_id) as session:
            if proven.replay is not None and not await ReplayService(session).use(proven.replay):
                raise LoginFailed("the answer was used before", LoginFault.replayed)
            account = await self.whom(session, underway.provider, proven, underway.expected_account_id)
            if request.hinted_account not in (None, account.id):
                raise LoginFailed("the login was not the hinted person's", LoginFault.other_person, account.id)
            handle, live = await self._start(session, account, underway, proven, lifetime)
            if not satisfies(live, request, AGE_LEEWAY):
                raise LoginFailed(NOT_STRONG_ENOUGH, LoginFault.too_weak, account.id)
            if underway.former_session_id is not None:
                await SessionService(session).succeed(underway.former_session_id, live)
        return LoggedIn(handle, await authorization.issue_code(request, live))

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

    async def _wanted(self, tenant: UUID, trial_id: UUID | None) -> Acr | None:
        """The level that a trial has to reach."""
        if trial_id is None:
            return None
        async with self._database.transaction(tenant) as session:
            return await TrialService(session, self._sealer).wanted(trial_id)

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
        provider, new = underway.provider, new_session(self._sealer, underway.provider, proven, lifetime)
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


def _wishes(request: AuthorizationRequest | None, provider: IdentityProvider, on_trial: Acr | None = None) -> Wishes:
    """A trial asks as an ordinary login would, and for the level that it has to reach."""
    if request is None:
        return Wishes(wishes(provider.loa_map, provider.acr_map, on_trial))
    theirs = wishes(provider.loa_map, provider.acr_map, request.min_acr)
    return Wishes(theirs, request.max_age, must_log_in_again=request.prompt == "login")
