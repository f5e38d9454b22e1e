"""A trial as its administrator reads it, and as it would have been by another mapping."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.assurance.evaluation import evaluate
from services.identity.login.service import LoginDesk
from services.identity.onboarding.schemas import TrialAttribute, TrialCheck, TrialPublic, TrialReport
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.provider.fingerprint import configuration_hash
from services.identity.provider.models import IdentityProvider
from services.identity.trial.evidence import Kept
from services.identity.trial.models import LoginTrial
from services.identity.trial.report import checks, facts_of, judged, lasting, masked
from shared.auth import Acr
from shared.kit.text import Lang, Text

_WORKED = Text(sv="Inloggningen fungerade", en="The login worked", da="Login virkede")


def show_trial(trial: LoginTrial, provider: IdentityProvider, kept: Kept | None, lang: Lang) -> TrialPublic:
    """The trial with its report, once it is over."""
    fault = LoginFault(trial.fault) if trial.fault else None
    report = None
    if trial.state != "open":
        acr = Acr(trial.acr) if trial.acr else None
        report = show_report(trial.report, fault, (acr, trial.account_id), kept, lang)
    return TrialPublic(
        id=trial.id,
        provider_id=trial.provider_id,
        state=trial.state,
        population=trial.population or None,
        wanted_acr=Acr(trial.wanted_acr) if trial.wanted_acr else None,
        configuration_hash=trial.configuration_hash,
        is_current=trial.configuration_hash == configuration_hash(provider),
        created_at=trial.created_at,
        expires_at=trial.expires_at,
        concluded_at=trial.concluded_at,
        url=None,
        report=report,
    )


def show_report(
    report: Mapping[str, Any],
    fault: LoginFault | None,
    reached: tuple[Acr | None, UUID | None],
    kept: Kept | None,
    lang: Lang,
) -> TrialReport:
    """What was kept of a login on trial, in words; `reached` is its level and its account."""
    values = masked(kept) if kept else {}
    return TrialReport(
        verdict=(fault.words if fault else _WORKED).pick(lang),
        checks=[
            TrialCheck(
                rule=one.rule.value,
                outcome=one.outcome,
                text=one.rule.words.pick(lang),
                advice=one.rule.advice.pick(lang) if one.outcome == "failed" else None,
            )
            for one in checks(fault)
        ],
        attributes=[
            TrialAttribute(
                name=one["name"],
                count=one["count"],
                is_well_formed=one["isWellFormed"],
                values=values.get(one["name"]),
            )
            for one in report.get("attributes", ())
        ],
        contexts=list(report.get("contexts", ())),
        missing=list(report.get("missing", ())),
        acr=reached[0],
        acr_source=report.get("source"),
        factors=report.get("factors"),
        account_id=reached[1],
        facts=facts_of(report),
        detail=report.get("detail", ""),
    )


async def preview(
    session: AsyncSession, desk: LoginDesk, provider: IdentityProvider, trial: LoginTrial, kept: Kept, lang: Lang
) -> TrialReport:
    """What the trial would have shown with `provider` set up otherwise."""
    proven, account_id, fault = kept.proven_by(provider.login_claim), None, None
    if proven is None:
        fault = LoginFault.no_login_name
    else:
        try:
            account_id = (await desk.whom(session, provider, proven)).id
        except LoginFailed as failure:
            fault, account_id = failure.fault, failure.account_id
    assurance = evaluate(kept.evidence, provider.loa_map, provider.acr_map)
    verdict = judged(fault, assurance, Acr(trial.wanted_acr) if trial.wanted_acr else None)
    report = lasting(verdict, kept, provider.login_claim)
    return show_report(report, verdict.fault, (assurance.acr, account_id), kept, lang)
