"""Judges the two legs of a unit, and of the tenant, from the facts. Pure.

The register's leg: every register was proved to be what the roster holds not long ago, its newest delivery could be
read and does not wait in vain, few open errors, signed off. The platform's leg: its own export is not old, was whole,
tells all that must be compared, shows no protected name, and differs in no more than is allowed.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.sync.rules.platform import DUPLICATE, MISSING, NOT_COMPARED, STALE
from services.sync.verification.facts import Facts, Limits, PlatformFacts, RegisterFacts

CRITICAL = "protected_name_shown"


@dataclass(frozen=True)
class Verdict:
    """How one unit stands, or (no `unit_id`) the tenant. `fresh` are differences that no sign-off has seen."""

    unit_id: UUID | None
    missing: int
    stale: int
    duplicate: int
    register_reasons: tuple[str, ...]
    platform_reasons: tuple[str, ...]
    marks: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()

    @property
    def drift(self) -> int:
        return self.missing + self.stale + self.duplicate

    @property
    def register_ok(self) -> bool:
        return not self.register_reasons

    @property
    def platform_ok(self) -> bool:
        return not self.platform_reasons

    @property
    def holds(self) -> bool:
        return self.register_ok and self.platform_ok

    @property
    def reasons(self) -> list[str]:
        return [*self.register_reasons, *self.platform_reasons]


def judge_unit(facts: Facts, unit_id: UUID | None, limits: Limits, *, signs: bool = True) -> Verdict:
    """How the rows of one unit stand; of None, those that belong to no unit, which nobody signs off."""
    missing, stale, duplicate = _drift(facts, unit_id)
    marks = frozenset(mark for one in facts.platforms for mark in one.marks.get(unit_id, ()))
    signed = facts.signed.get(unit_id) if unit_id else None
    fresh = marks - signed.marks if signed else marks
    register = list(dict.fromkeys(why for one in facts.registers for why in _register(one, unit_id, facts, limits)))
    if not facts.registers:
        register.append("no_register")
    if signs and unit_id is not None and signed is None:
        register.append("sign_off_lapsed" if unit_id in facts.lapsed else "not_signed_off")
    platform = [why for one in facts.platforms for why in _platform(one, unit_id, facts, limits)]
    if not facts.platforms:
        platform.append("platform_unnamed" if facts.has_unnamed else "no_platform")
    elif sum(one.drift(unit_id, MISSING | STALE | DUPLICATE) for one in facts.platforms) > limits.max_drift:
        platform.append("platform_differs")
    reasons = (tuple(register), tuple(dict.fromkeys(platform)))
    return Verdict(unit_id, missing, stale, duplicate, *reasons, marks=marks, fresh=fresh)


def judge_tenant(facts: Facts, units: list[Verdict], limits: Limits, *, is_part: bool = False) -> Verdict:
    """The whole: every unit must hold, and so must what belongs to no unit. `is_part`: these units alone, as a wave."""
    parts = units if is_part else [*units, judge_unit(facts, None, limits)]
    register = dict.fromkeys(why for one in parts for why in one.register_reasons)
    platform = dict.fromkeys(why for one in parts for why in one.platform_reasons)
    if not units:
        register["no_units"] = None
    return Verdict(
        None,
        sum(one.missing for one in parts),
        sum(one.stale for one in parts),
        sum(one.duplicate for one in parts),
        tuple(register),
        tuple(platform),
    )


def worst_first(verdicts: list[Verdict]) -> list[Verdict]:
    """Those that do not hold first, the greater drift first, protected names before all."""

    def order(one: Verdict) -> tuple[bool, bool, int, int, str]:
        return CRITICAL not in one.platform_reasons, one.holds, -one.drift, -len(one.reasons), str(one.unit_id)

    return sorted(verdicts, key=order)


def _drift(facts: Facts, unit_id: UUID | None) -> tuple[int, int, int]:
    missing = stale = duplicate = 0
    for platform in facts.platforms:
        missing += platform.drift(unit_id, MISSING)
        stale += platform.drift(unit_id, STALE)
        duplicate += platform.drift(unit_id, DUPLICATE)
    for register in facts.registers:
        waiting = register.waiting.get(unit_id)
        if waiting is not None and waiting.is_overdue:
            missing, stale = missing + waiting.missing, stale + waiting.stale
        duplicate += register.duplicates.get(unit_id, 0)
    return missing, stale, duplicate


def _register(one: RegisterFacts, unit_id: UUID | None, facts: Facts, limits: Limits) -> list[str]:
    reasons = []
    if one.proved_at is None:
        reasons.append("register_never_applied")
    elif facts.now - one.proved_at > timedelta(days=limits.max_age_days):
        reasons.append("register_stale")
    if one.newest_state == "failed":
        reasons.append("delivery_failed")
    waiting = one.waiting.get(unit_id)
    if waiting is not None and waiting.is_overdue:
        reasons.append("plan_held" if one.newest_guard == "held" else "plan_waits")
    if one.errors.get(unit_id, 0) > limits.max_errors:
        reasons.append("open_errors")
    return reasons


def _platform(one: PlatformFacts, unit_id: UUID | None, facts: Facts, limits: Limits) -> list[str]:
    if one.told_at is None:
        return ["platform_unreadable" if one.newest_failed else "platform_never_compared"]
    reasons = []
    if facts.now - one.told_at > timedelta(days=limits.max_age_days):
        reasons.append("platform_stale")
    if one.newest_failed:
        reasons.append("platform_unreadable")
    if not one.is_whole:
        reasons.append("platform_incomplete")
    if one.differences.get(unit_id, {}).get(CRITICAL):
        reasons.append(CRITICAL)
    silent = one.must_compare & set(one.not_compared(unit_id))
    return reasons + [kind for kind, what in NOT_COMPARED.items() if what in silent]
