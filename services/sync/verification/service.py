"""Looks at every unit of a tenant, remembers since when it holds, and tells what is new; reports and sign-offs."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.recheck.service import ask_tomorrow, ask_verification
from services.sync.roster.models import Unit
from services.sync.verification.errors import HeadSignsOff, ReportChanged
from services.sync.verification.facts import Facts, Limits, PlatformFacts
from services.sync.verification.judging import Verdict, judge_tenant, judge_unit, worst_first
from services.sync.verification.models import UnitSignOff, VerificationState
from services.sync.verification.numbers import unit_numbers
from services.sync.verification.reading import read_facts
from services.sync.verification.repository import VerificationRepository
from shared.auth import Principal, Role, Side
from shared.auth.assurance import is_program
from shared.contracts.sync_verification import Drift, VerificationChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish


@dataclass(frozen=True)
class Report:
    """What the head of a unit reads before signing: everything in it stands for one content hash."""

    unit: Unit
    verdict: Verdict
    numbers: dict[str, Any]
    platform: dict[str, int]
    differences: dict[str, int]
    excused: dict[str, int]
    not_compared: list[str]
    must_compare: list[str]
    waiting: dict[str, int]
    errors: int

    def content(self) -> dict[str, Any]:
        """What is signed: numbers and digests of differences, nobody's name, no time."""
        return {
            "unitId": str(self.unit.id),
            "numbers": self.numbers,
            "platform": self.platform,
            "differences": self.differences,
            "waiting": self.waiting,
            "errors": self.errors,
            "marks": sorted(self.verdict.marks),
        }

    @property
    def content_hash(self) -> str:
        return content_hash(self.content())


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 of the content as JSON without blanks, keys in order (RFC 8785 for the values that occur here)."""
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


class VerificationService:
    """The units of the session's tenant."""

    def __init__(self, session: AsyncSession, limits: Limits) -> None:
        self._session = session
        self._limits = limits
        self._soaks_from: date | None = None
        self._rows = VerificationRepository(session)

    async def judge(self, facts: Facts) -> list[Verdict]:
        """Every unit with people in it, the worst first."""
        return worst_first([judge_unit(facts, heads.unit_id, self._limits) for heads in facts.units])

    async def states(self) -> dict[UUID, VerificationState]:
        return await self._rows.states()

    async def unit_names(self) -> dict[UUID, str]:
        return await self._rows.unit_names()

    async def sign_offs(self, unit_id: UUID, before: UUID | None, limit: int) -> Sequence[UnitSignOff]:
        await self._rows.unit(unit_id)
        return await self._rows.sign_offs(unit_id, before, limit)

    async def look(self) -> Verdict:
        """Judge all units now, let sign-offs lapse, tell what is new, and have it looked at tomorrow again."""
        await self._rows.lock()
        facts = await read_facts(self._session)
        if await self._lapse(facts):
            await self._session.flush()
            facts = await read_facts(self._session)
        verdicts = await self.judge(facts)
        whole = judge_tenant(facts, verdicts, self._limits)
        states = await self._rows.states()
        held = [one for one in verdicts if one.holds]
        self._soaks_from = facts.soaks_from
        for verdict in verdicts:
            await self._keep(verdict, states, {})
        worst = verdicts[0].unit_id if verdicts and not verdicts[0].holds else None
        await self._keep(whole, states, {"units": len(verdicts), "units_held": len(held), "worst_unit_id": worst})
        seen = {one.unit_id for one in verdicts} | {tenant_of(self._session)}
        await self._rows.drop_states([one for one in states if one not in seen])
        await ask_tomorrow(self._session)
        return whole

    async def _lapse(self, facts: Facts) -> bool:
        """A sign-off has seen certain differences; where another one is there, it holds no longer."""
        verdicts = {heads.unit_id: judge_unit(facts, heads.unit_id, self._limits) for heads in facts.units}
        lapsed = False
        for row in await self._rows.standing_sign_offs():
            verdict = verdicts.get(row.unit_id)
            if verdict is not None and verdict.marks - set(row.marks):
                row.lapsed_at, row.lapse_reason, lapsed = clock.now(), "drift", True
                after = {"signOffId": str(row.id), "differences": len(verdict.marks - set(row.marks))}
                await record(self._session, "sign_off.lapse", "unit", row.unit_id, after=after)
        return lapsed

    async def _keep(self, verdict: Verdict, states: dict[UUID, VerificationState], more: dict[str, Any]) -> None:
        own_id = verdict.unit_id or tenant_of(self._session)
        state = states.get(own_id)
        if state is None:
            state = VerificationState(
                tenant_id=tenant_of(self._session),
                id=own_id,
                unit_id=verdict.unit_id,
                register_ok=False,
                platform_ok=False,
                missing=0,
                stale=0,
                duplicate=0,
                looked_at=clock.now(),
            )
            self._rows.add(state)
        state.register_ok, state.platform_ok = verdict.register_ok, verdict.platform_ok
        state.missing, state.stale, state.duplicate = verdict.missing, verdict.stale, verdict.duplicate
        state.reasons, state.looked_at = verdict.reasons, clock.now()
        since = max(state.held_since or clock.today(), self._soaks_from or date.min)
        state.held_since = since if verdict.holds else None
        await self._tell(state, more)

    async def _tell(self, state: VerificationState, more: dict[str, Any]) -> None:
        """Publish where it is news; of the whole tenant every day, so that gates know it fresh."""
        event = VerificationChanged(
            verification_id=state.id,
            unit_id=state.unit_id,
            days=days_held(state),
            drift=state.missing + state.stale + state.duplicate,
            parts=Drift(missing=state.missing, stale=state.stale, duplicate=state.duplicate),
            register_ok=state.register_ok,
            platform_ok=state.platform_ok,
            reasons=tuple(state.reasons),
            **more,
        )
        told = event.to_data()
        if state.unit_id is None:
            told["on"] = clock.today().isoformat()
        if state.told != told:
            state.told = told
            await publish(self._session, event)

    async def report(self, unit_id: UUID) -> Report:
        """How one unit stands now. Raises NotFound."""
        unit = await self._rows.unit(unit_id)
        facts = await read_facts(self._session)
        named = next(iter(facts.platforms), PlatformFacts(tenant_of(self._session), None))
        waits = [one.waiting[unit_id] for one in facts.registers if unit_id in one.waiting]
        return Report(
            unit=unit,
            verdict=judge_unit(facts, unit_id, self._limits),
            numbers=await unit_numbers(self._session, unit_id),
            platform=dict(sorted(named.heads.get(unit_id, {}).items())),
            differences=dict(sorted(named.differences.get(unit_id, {}).items())),
            excused=dict(sorted(named.excused.get(unit_id, {}).items())),
            not_compared=named.not_compared(unit_id),
            must_compare=sorted(named.must_compare),
            waiting={"missing": sum(one.missing for one in waits), "stale": sum(one.stale for one in waits)},
            errors=sum(one.errors.get(unit_id, 0) for one in facts.registers),
        )

    async def sign_off(self, unit_id: UUID, seen_hash: str, note: str | None, caller: Principal) -> UnitSignOff:
        """Sign exactly the report with this hash. Raises NotFound, HeadSignsOff, ReportChanged."""
        await self._rows.lock()
        report = await self.report(unit_id)
        if not may_sign(caller, report):
            raise HeadSignsOff()
        if report.content_hash != seen_hash:
            raise ReportChanged(contentHash=report.content_hash)
        row = UnitSignOff(
            tenant_id=tenant_of(self._session),
            id=new_id(),
            unit_id=unit_id,
            account_id=caller.subject,
            signed_at=clock.now(),
            seen_hash=seen_hash,
            marks=sorted(report.verdict.marks),
            numbers={"differences": report.differences, "errors": report.errors, **report.numbers},
            note=note,
        )
        self._rows.add(row)
        await record(self._session, "sign_off.create", "unit", unit_id, after={"seenHash": seen_hash})
        await ask_verification(self._session)
        return row


def days_held(state: VerificationState) -> int:
    """Days in a row on which both legs held, today among them."""
    return (clock.today() - state.held_since).days + 1 if state.held_since else 0


def shortest(states: dict[UUID, VerificationState], verdicts: Sequence[Verdict] | None) -> VerificationState | None:
    """The state of the whole tenant; of these units, that of the one which has held for the shortest time."""
    if verdicts is None:
        return next((state for state in states.values() if state.unit_id is None), None)
    found = [states.get(one.unit_id) for one in verdicts if one.unit_id]
    known = [state for state in found if state is not None]
    return min(known, key=days_held) if known and len(known) == len(found) else None


def may_sign(caller: Principal, report: Report) -> bool:
    """The unit's own head; where no child is enrolled, whoever keeps the whole register too."""
    if caller.side is not Side.customer or is_program(caller):
        return False
    headed = caller.units_for(Role.unit_head)
    if headed is None or report.unit.id in headed:
        return True
    has_children = bool(report.numbers["years"])
    return not has_children and caller.holds_everywhere(Role.register_admin)
