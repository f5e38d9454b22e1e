"""What a caller may see of a run and its planned rows."""

import base64
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request
from pydantic.alias_generators import to_camel

from services.sync.guarding.words import told
from services.sync.plan.entities import BY_KIND, persons_of
from services.sync.plan.guard import LEVELS, is_releasable
from services.sync.plan.models import Approval, FindingRow, PlannedPerson, PlannedRow, Run
from services.sync.roster.alias import display_name
from services.sync.rules.catalogue import RULES
from services.sync.run.endings import ending
from services.sync.run.errors import PersonApproves, RunOver
from services.sync.run.schemas import (
    ApprovalPublic,
    CountsPublic,
    FieldChange,
    FilePublic,
    FindingPublic,
    GuardReason,
    PlanItem,
    RunPublic,
    UnitCounts,
)
from shared.auth import Principal, Role, Scope, Side
from shared.auth.assurance import is_program
from shared.kit.text import Lang, Text
from shared.web.actions import allowed_action, refusal
from shared.web.models import AllowedAction

_SECRET = {"civic_hash", "civic_cipher", "login_digest", "login_scope", "external_digests"}
_NOT_CUSTOMER = Text(sv="Bara kunden godkänner", en="Only the customer approves", da="Kun kunden godkender")
_TWICE = Text(sv="Du har redan godkänt", en="You have approved already", da="Du har allerede godkendt")
_NO_PLAN = Text(sv="Ingen plan väntar", en="No plan is waiting", da="Ingen plan venter")
_HELD = Text(sv="Planen hålls tillbaka", en="The plan is held back", da="Planen holdes tilbage")


def units_of(runs: Iterable[Run]) -> set[UUID]:
    """The units that the guard's reasons speak of."""
    return {UUID(reason["unitId"]) for run in runs for reason in run.guard_reasons if reason.get("unitId")}


def show_run(
    run: Run,
    approvals: Sequence[Approval],
    caller: Principal,
    request: Request,
    lang: Lang,
    units: Mapping[str, str] = MappingProxyType({}),
) -> RunPublic:
    """The run as `caller` may see it, with what the caller may do; `units` are the names of `units_of`."""
    return RunPublic(
        id=run.id,
        kind=run.kind,
        upload_id=run.upload_id,
        undoes_run_id=run.undoes_run_id,
        source=run.source,
        state=run.state,
        job_id=run.job_id,
        base_version=run.base_version,
        applied_version=run.applied_version,
        plan_hash=run.plan_hash,
        guard=run.guard,
        guard_reasons=[_reason(reason, units, lang) for reason in run.guard_reasons],
        counts={kind: CountsPublic.model_validate(numbers) for kind, numbers in run.counts.items()},
        counts_by_unit=[UnitCounts.model_validate(row) for row in run.counts_by_unit],
        finding_counts=run.finding_counts,
        files=[FilePublic.model_validate(file) for file in run.files],
        approvals=[ApprovalPublic.model_validate(approval) for approval in approvals],
        created_at=run.created_at,
        ended_at=run.ended_at,
        ended_code=run.ended_code,
        ended_message=ending(run.ended_code, lang) if run.ended_code else None,
        has_year_roll=run.year_roll is not None,
        allowed_actions=_actions(run, approvals, caller, request, lang),
    )


def _actions(
    run: Run, approvals: Sequence[Approval], caller: Principal, request: Request, lang: Lang
) -> list[AllowedAction]:
    refusals = {"approval": _refused(run, approvals, caller), "cancellation": _refused_to_cancel(run, caller)}
    names = {"approval": "approve", "cancellation": "cancel"}
    return [
        allowed_action(request, lang, names[kind], "POST", f"/sync/v1/runs/{run.id}/{kind}s", refused=refused)
        for kind, refused in refusals.items()
    ]


def _reason(reason: dict[str, Any], units: Mapping[str, str], lang: Lang) -> GuardReason:
    message, mend = told(reason, units, lang)
    return GuardReason.model_validate({"level": LEVELS[reason["code"]], **reason, "message": message, "mend": mend})


def _refused(run: Run, approvals: Sequence[Approval], caller: Principal) -> Text | None:
    if run.state != "planned":
        return _NO_PLAN
    if run.guard == "held" and not is_releasable(run.guard_reasons):
        return _HELD
    if caller.side is not Side.customer:
        return _NOT_CUSTOMER
    if is_program(caller):
        return PersonApproves.title
    if any(approval.account_id == caller.subject for approval in approvals):
        return _TWICE
    return refusal(caller, Scope.runs_write, (Role.register_admin, Role.approver), everywhere=True)


def _refused_to_cancel(run: Run, caller: Principal) -> Text | None:
    if run.state not in ("queued", "planned"):
        return RunOver.title
    return refusal(caller, Scope.runs_write, (Role.register_admin, Role.tenant_admin), everywhere=True)


def show_item(kind: str, row: PlannedRow, protected: Collection[UUID]) -> PlanItem:
    """A planned row. Today's marking governs, also where the plan itself would lift it or was made before it."""
    is_protected = not persons_of(kind, row).isdisjoint(protected)
    return PlanItem(
        kind=kind,
        id=row.id,
        op=row.op,
        unit_id=row.at_unit,
        label=_label(row, is_protected=is_protected),
        is_protected=is_protected,
        changes=_marking_change(row) if is_protected and kind == "person" else _changes(kind, row),
    )


def _label(row: PlannedRow, *, is_protected: bool) -> str | None:
    if isinstance(row, PlannedPerson):
        return display_name(row.id, row.given_name, row.family_name, protected=is_protected)
    name = getattr(row, "name", None)
    return str(name) if name is not None else None


def _marking_change(row: PlannedRow) -> list[FieldChange]:
    before, after = (row.before or {}).get("protected"), getattr(row, "protected", None)
    return [] if before == after else [FieldChange(field="protected", before=before, after=after)]


def _changes(kind: str, row: PlannedRow) -> list[FieldChange]:
    before = row.before or {}
    changes = []
    for column in BY_KIND[kind].columns:
        old, new = before.get(column), _plain(getattr(row, column))
        if column in _SECRET or (row.op in ("change", "revive") and column not in before):
            continue
        if row.op in ("create", "end") or old != new:
            shown = None if row.op == "end" else new
            changes.append(FieldChange(field=to_camel(column), before=old, after=shown))
    return changes


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID | date) else value


def show_finding(row: FindingRow, lang: Lang) -> FindingPublic:
    """A finding in the caller's language."""
    rule = RULES[row.rule]
    return FindingPublic(
        id=row.id,
        rule=row.rule,
        severity=row.severity,
        file=row.file,
        line=row.line,
        column=row.column_name,
        entity=row.entity,
        unit_id=row.unit_id,
        row_ref=row.row_ref,
        mender=rule.mender,
        message=rule.message.pick(lang),
        mend=rule.mend.pick(lang),
    )


_HEADINGS = (
    Text(sv="Regel", en="Rule", da="Regel"),
    Text(sv="Allvar", en="Severity", da="Alvor"),
    Text(sv="Fil", en="File", da="Fil"),
    Text(sv="Rad", en="Line", da="Linje"),
    Text(sv="Kolumn", en="Column", da="Kolonne"),
    Text(sv="Slag", en="Kind", da="Slags"),
    Text(sv="Enhet", en="Unit", da="Enhed"),
    Text(sv="Id i registret", en="Id in the register", da="Id i registret"),
    Text(sv="Vem rättar", en="Who mends it", da="Hvem retter"),
    Text(sv="Vad är fel", en="What is wrong", da="Hvad er galt"),
    Text(sv="Hur rättas det", en="How to mend it", da="Hvordan rettes det"),
)


def finding_headings(lang: Lang) -> list[str]:
    """The columns of findings as a file."""
    return [heading.pick(lang) for heading in _HEADINGS]


def finding_cells(found: FindingPublic) -> list[str | int]:
    """A finding as a row under these."""
    cells = (
        found.rule,
        found.severity.value,
        found.file,
        found.line,
        found.column,
        found.entity,
        str(found.unit_id) if found.unit_id else None,
        found.row_ref,
        found.mender.value,
        found.message,
        found.mend,
    )
    return ["" if cell is None else cell for cell in cells]


def claims_of(signature: str) -> dict[str, Any]:
    """What a JWS of our own says: to be read, not to be trusted."""
    payload = signature.split(".")[1]
    claims: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
