"""What a caller may see of verdicts, reports and sign-offs."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import Request

from services.sync.rules.catalogue import RULES
from services.sync.verification.judging import Verdict
from services.sync.verification.models import UnitSignOff, VerificationState
from services.sync.verification.reasons import REASONS
from services.sync.verification.schemas import DifferenceCount, Reason, SignOffPublic, Standing, UnitReport, as_counts
from services.sync.verification.service import Report, days_held, may_sign
from shared.auth import Principal
from shared.kit.text import Lang, Text
from shared.web.actions import allowed_action

_NOT_HEAD = Text(
    sv="Enhetens chef godkänner uppgifterna",
    en="The unit's head signs the data off",
    da="Enhedens leder godkender oplysningerne",
)


def show_reason(code: str, lang: Lang) -> Reason:
    rule = REASONS[code]
    return Reason(code=code, message=rule.message.pick(lang), mender=rule.mender, mend=rule.mend.pick(lang))


def show_verdict(verdict: Verdict, state: VerificationState | None, names: Mapping[UUID, str], lang: Lang) -> Standing:
    """How a unit stands; since when is what the last look has kept."""
    holds = state is not None and verdict.holds
    return Standing(
        unit_id=verdict.unit_id,
        name=names.get(verdict.unit_id) if verdict.unit_id else None,
        register_ok=verdict.register_ok,
        platform_ok=verdict.platform_ok,
        missing=verdict.missing,
        stale=verdict.stale,
        duplicate=verdict.duplicate,
        drift=verdict.drift,
        days=days_held(state) if state and holds else 0,
        held_since=state.held_since if state and holds else None,
        reasons=[show_reason(code, lang) for code in verdict.reasons],
    )


def show_report(
    report: Report, state: VerificationState | None, caller: Principal, request: Request, lang: Lang
) -> UnitReport:
    """The report of a unit as `caller` may see it, with what the caller may do."""
    return UnitReport(
        standing=show_verdict(report.verdict, state, {report.unit.id: report.unit.name}, lang),
        **as_counts(report.numbers),
        platform=report.platform,
        differences=[_difference(kind, count, lang) for kind, count in report.differences.items()],
        excused=report.excused,
        not_compared=report.not_compared,
        must_compare=report.must_compare,
        waiting=report.waiting,
        errors=report.errors,
        new_differences=len(report.verdict.fresh),
        content_hash=report.content_hash,
        allowed_actions=[
            allowed_action(
                request,
                lang,
                "sign_off",
                "POST",
                f"/sync/v1/units/{report.unit.id}/sign-offs",
                refused=None if may_sign(caller, report) else _NOT_HEAD,
            )
        ],
    )


def _difference(kind: str, count: int, lang: Lang) -> DifferenceCount:
    rule = RULES[kind]
    return DifferenceCount(
        kind=kind, count=count, message=rule.message.pick(lang), mender=rule.mender, mend=rule.mend.pick(lang)
    )


def show_sign_off(row: UnitSignOff) -> SignOffPublic:
    return SignOffPublic(
        id=row.id,
        unit_id=row.unit_id,
        account_id=row.account_id,
        signed_at=row.signed_at,
        seen_hash=row.seen_hash,
        differences_accepted=len(row.marks),
        note=row.note,
        lapsed_at=row.lapsed_at,
        lapse_reason=row.lapse_reason,
    )
