"""Begins, concludes and forgets logins on trial. A trial never makes a session, a code or an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.assurance.evaluation import evaluate
from services.identity.proof.faults import LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.provider.fingerprint import configuration_hash
from services.identity.provider.models import IdentityProvider
from services.identity.secret.sealing import Sealer
from services.identity.trial.errors import TrialEvidenceGone
from services.identity.trial.evidence import Kept, seal, unseal
from services.identity.trial.models import LoginTrial
from services.identity.trial.report import judged, lasting
from services.identity.trial.repository import TrialRepository
from shared.auth import Acr
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record

OPEN_FOR = timedelta(minutes=15)
VALUES_KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class TrialOutcome:
    """How the login of a trial ended, as a real one would have: `fault` None where it would have let the person in.

    `proven` is what the provider proved, None where its answer was refused before; `detail` is the message of
    LoginFailed, without personal data. `account_id` is the account that the login would be for.
    """

    fault: LoginFault | None = None
    proven: ProvenLogin | None = None
    account_id: UUID | None = None
    detail: str = ""


class TrialService:
    """The trials of the session's tenant."""

    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer
        self._repository = TrialRepository(session)

    async def begin(self, provider: IdentityProvider, population: str = "", wanted: Acr | None = None) -> LoginTrial:
        """A trial of the present configuration, to be made within a quarter of an hour."""
        now = clock.now()
        trial = LoginTrial(
            tenant_id=tenant_of(self._session),
            provider_id=provider.id,
            configuration_hash=configuration_hash(provider),
            population=population,
            wanted_acr=wanted.value if wanted else None,
            created_at=now,
            expires_at=now + OPEN_FOR,
        )
        self._repository.add(trial)
        after = {"providerId": provider.id, "population": population, "wantedAcr": trial.wanted_acr}
        await record(self._session, "login_trial.begun", "login_trial", trial.id, after=after)
        return trial

    async def conclude(self, trial_id: UUID, provider: IdentityProvider, outcome: TrialOutcome) -> LoginTrial:
        """Keep how the trial ended. Raises TrialNotFound for one that is over already.

        A configuration that changed while the person was away counts as it is now, since that judged the answer.
        """
        trial, now = await self._repository.get_open(trial_id), clock.now()
        kept = Kept.of(outcome.proven, provider.login_claim) if outcome.proven else None
        assurance = evaluate(kept.evidence, provider.loa_map, provider.acr_map) if kept else None
        verdict = judged(outcome.fault, assurance, Acr(trial.wanted_acr) if trial.wanted_acr else None, outcome.detail)
        trial.configuration_hash = configuration_hash(provider)
        trial.state, trial.fault = ("failed", verdict.fault.value) if verdict.fault else ("passed", None)
        trial.acr = assurance.acr.value if assurance else None
        trial.account_id, trial.concluded_at = outcome.account_id, now
        trial.report = lasting(verdict, kept, provider.login_claim)
        if kept is not None:
            trial.evidence_sealed = seal(kept, self._sealer, trial.id)
            trial.evidence_until = now + VALUES_KEPT_FOR
        after = {"state": trial.state, "fault": trial.fault, "acr": trial.acr}
        await record(self._session, "login_trial.concluded", "login_trial", trial.id, after=after)
        return trial

    async def wanted(self, trial_id: UUID) -> Acr | None:
        """What an open trial has to reach. Raises TrialNotFound."""
        trial = await self._repository.get_open(trial_id)
        return Acr(trial.wanted_acr) if trial.wanted_acr else None

    def kept(self, trial: LoginTrial) -> Kept | None:
        """What the provider sent; None once its day is over or where nothing verified came."""
        return unseal(trial.evidence_sealed, trial.evidence_until, clock.now(), self._sealer, trial.id)

    def needed(self, trial: LoginTrial) -> Kept:
        """What the provider sent; raises TrialEvidenceGone."""
        kept = self.kept(trial)
        if kept is None:
            raise TrialEvidenceGone()
        return kept

    async def get(self, provider_id: UUID, trial_id: UUID) -> LoginTrial:
        """The trial; raises TrialNotFound."""
        return await self._repository.get(provider_id, trial_id)

    async def list(self, provider_id: UUID, limit: int, before: UUID | None) -> Sequence[LoginTrial]:
        return await self._repository.list(provider_id, limit, before)

    async def all_of(self, provider_id: UUID) -> Sequence[LoginTrial]:
        """Every trial of a provider, oldest first."""
        return await self._repository.all_of(provider_id)

    async def drop_evidence(self) -> int:
        """Delete values whose day is over; of how many trials."""
        return await self._repository.drop_evidence(clock.now())


async def tried(session: AsyncSession, account_id: UUID) -> Sequence[LoginTrial]:
    """The trials that would have been an account's logins."""
    return await TrialRepository(session).of_account(account_id)


async def forget_tried(session: AsyncSession, account_id: UUID) -> int:
    """Take a person out of the trials, with the values that came; how many there were."""
    return await TrialRepository(session).forget(account_id)
