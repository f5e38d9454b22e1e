"""What stands in a pack: the facts that verification rests on, without a time of its own and without anybody's name.

The same facts give the same bytes, and so the same hash, whenever a pack is made of them.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.sync.verification.facts import Facts, Limits, PlatformFacts
from services.sync.verification.models import UnitSignOff, VerificationState
from services.sync.verification.service import Report, days_held

TYPE = "startklar-sync-evidence"


@dataclass(frozen=True)
class Proven:
    """What a pack is made of: the facts, one unit's report, since when it holds, and who signed it."""

    facts: Facts
    report: Report
    state: VerificationState | None
    signed: UnitSignOff | None
    limits: Limits


def pack_content(tenant: UUID, proven: Proven) -> str:
    """The document: JSON without blanks, keys in order, UTF-8."""
    report, limits = proven.report, proven.limits
    unit = report.unit
    document: dict[str, Any] = {
        "type": TYPE,
        "version": 1,
        "tenantId": str(tenant),
        "unit": {"id": str(unit.id), "name": unit.name, "code": unit.code},
        "standing": _standing(proven),
        "soaksFrom": proven.facts.soaks_from.isoformat() if proven.facts.soaks_from else None,
        "limits": {"maxAgeDays": limits.max_age_days, "maxErrors": limits.max_errors, "maxDrift": limits.max_drift},
        "registers": [
            {"source": one.source, "provedAt": _moment(one.proved_at), "errors": one.errors.get(unit.id, 0)}
            for one in proven.facts.registers
        ],
        "platforms": [_platform(one, unit.id) for one in proven.facts.platforms],
        "roster": report.numbers,
        "signOff": _sign_off(proven.signed),
        "reportHash": report.content_hash,
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _standing(proven: Proven) -> dict[str, Any]:
    verdict = proven.report.verdict
    state = proven.state if verdict.holds else None
    return {
        "registerOk": verdict.register_ok,
        "platformOk": verdict.platform_ok,
        "missing": verdict.missing,
        "stale": verdict.stale,
        "duplicate": verdict.duplicate,
        "heldSince": state.held_since.isoformat() if state and state.held_since else None,
        "days": days_held(state) if state else 0,
        "reasons": verdict.reasons,
    }


def _platform(one: PlatformFacts, unit_id: UUID) -> dict[str, Any]:
    return {
        "sourceId": str(one.source_id),
        "comparisonId": str(one.comparison_id) if one.comparison_id else None,
        "comparedAt": _moment(one.compared_at),
        "toldAt": _moment(one.told_at),
        "isWhole": one.is_whole,
        "heads": one.heads.get(unit_id, {}),
        "differences": one.differences.get(unit_id, {}),
        "excused": one.excused.get(unit_id, {}),
        "ties": one.ties.get(unit_id, {}),
        "notCompared": one.not_compared(unit_id),
        "mustCompare": sorted(one.must_compare),
    }


def hash_of(content: str) -> str:
    """SHA-256 of the document's UTF-8, hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


def _sign_off(signed: UnitSignOff | None) -> dict[str, Any] | None:
    if signed is None:
        return None
    return {
        "id": str(signed.id),
        "accountId": str(signed.account_id),
        "signedAt": _moment(signed.signed_at),
        "seenHash": signed.seen_hash,
        "differencesAccepted": len(signed.marks),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
