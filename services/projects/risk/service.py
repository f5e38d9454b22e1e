"""Risks as they stand: what was assessed, accepted and triggered, and what the gates hear of it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.plan.vocabulary import RECHECK, FactKind, RiskLevel, RiskTrigger
from services.projects.risk.matrix import AXIS, Definition
from services.projects.risk.models import Risk, RiskAcceptance, RiskAssessment, RiskMatrix, RiskProposal
from services.projects.risk.repository import RiskRepository, Row
from services.projects.risk.triggers import (
    HORIZON_DAYS,
    Delivery,
    Hours,
    TriggerFacts,
    TriggerSeen,
    judge_trigger,
)
from services.projects.risk.vocabulary import RiskState, TriggerState
from services.projects.signal.facts import Told
from services.projects.signal.service import SignalService
from services.projects.template.steering import Risk as RiskTemplate
from shared.contracts.projects_delivery import RiskTriggered
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.jobs import start_job
from shared.queue.outbox import publish

_TRIGGER_SIGNALS = (
    FactKind.decision_overdue,
    FactKind.copylog_empty,
    FactKind.attendance,
    FactKind.accounts_missing,
    FactKind.key_persons,
    FactKind.guardian_stage,
    "training_coverage",
)
_ZONE = ZoneInfo("Europe/Stockholm")


class RiskView:
    """A risk with its measures, what the customer lives with now, and what its trigger says at this moment."""

    def __init__(
        self, risk: Risk, measures: Sequence[Activity], accepted: RiskAcceptance | None, trigger: TriggerSeen | None
    ) -> None:
        self.risk = risk
        self.measures = measures
        self.accepted = accepted
        self.trigger = trigger


class RiskService:
    """The risks of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._risks = RiskRepository(session)
        self._signals = SignalService(session)

    async def get(self, risk_id: UUID, *, lock: bool = False) -> Risk:
        """Raises RiskNotFound."""
        return await self._risks.get(risk_id, lock=lock)

    async def view(self, risk: Risk) -> RiskView:
        return (await self.views([risk]))[0]

    async def list_after(
        self, project_id: UUID, area: str | None, after: tuple[int, UUID] | None, limit: int
    ) -> list[RiskView]:
        """In the order of the register."""
        return await self.views(await self._risks.list_after(project_id, area, after, limit))

    async def views(self, risks: Sequence[Risk]) -> list[RiskView]:
        """Risks of one project with everything that is read live."""
        if not risks:
            return []
        accepted = await self._accepted(risks)
        measures = await self._risks.measures([risk.id for risk in risks])
        facts = await self._facts(risks)
        return [
            RiskView(
                risk,
                [activity for measure, activity in measures if measure.risk_id == risk.id],
                accepted.get(risk.id),
                _judged(risk, facts),
            )
            for risk in risks
        ]

    async def definition(self, project_id: UUID) -> tuple[int, Definition]:
        """The matrix in force and its number; number 0 is the axis that holds without a choice."""
        chosen = await self._risks.matrix(project_id)
        return (0, AXIS) if chosen is None else (chosen.number, Definition.model_validate(chosen.definition))

    async def matrices_before(self, project_id: UUID, before: int | None, limit: int) -> Sequence[RiskMatrix]:
        return await self._risks.matrices_before(project_id, before, limit)

    async def assessments_after(self, risk_id: UUID, after: UUID | None, limit: int) -> Sequence[RiskAssessment]:
        return await self._risks.assessments_after(risk_id, after, limit)

    async def measures_of(self, risk_id: UUID) -> Sequence[Activity]:
        return [activity for _, activity in await self._risks.measures([risk_id])]

    async def unlink(self, risk_id: UUID, activity_id: UUID) -> bool:
        """Whether there was such a measure."""
        for measure, _ in await self._risks.measures([risk_id]):
            if measure.activity_id == activity_id:
                await self._risks.remove(measure)
                return True
        return False

    async def proposal(self, proposal_id: UUID, *, lock: bool = False) -> RiskProposal:
        """Raises RiskProposalNotFound."""
        return await self._risks.proposal(proposal_id, lock=lock)

    async def proposals_after(
        self, project_id: UUID, state: str | None, after: UUID | None, limit: int
    ) -> Sequence[RiskProposal]:
        return await self._risks.proposals_after(project_id, state, after, limit)

    async def held_by(self, account_id: UUID) -> dict[str, list[str]]:
        """Ids of what an account answers for, proposed, assessed and accepted."""
        assessed, accepted = await self._risks.judged_by(account_id)
        found: dict[str, Sequence[Row]] = {
            "risks": await self._risks.of_account(account_id),
            "riskProposals": await self._risks.proposed_by(account_id),
            "riskAssessments": assessed,
            "riskAcceptances": accepted,
        }
        return {name: [str(row.id) for row in rows] for name, rows in found.items()}

    async def forget(self, account_id: UUID) -> int:
        """Take the account away from risks and proposals; assessments and acceptances are records."""
        risks, proposals = await self._risks.of_account(account_id), await self._risks.proposed_by(account_id)
        for risk in risks:
            risk.owner_id = None
            risk.touch()
        for proposal in proposals:
            proposal.proposed_by = None
            proposal.touch()
        return len(risks) + len(proposals)

    async def known_refs(self, project_id: UUID) -> set[str]:
        """The source rows that the register holds already."""
        return {risk.source_ref for risk in await self._risks.of_project(project_id) if risk.source_ref is not None}

    async def add_from_template(self, project_id: UUID, rows: Sequence[RiskTemplate]) -> int:
        """Write the risks of a template that the register lacks, without levels; returns how many it wrote.

        In the transaction of the instantiation, which publishes for the project as a whole.
        """
        known = await self.known_refs(project_id)
        fresh = [row for row in rows if row.source_ref not in known]
        start = await self.next_position(project_id)
        await self.keep(*(_from_template(row, self._session, project_id, start + n) for n, row in enumerate(fresh)))
        await self.recheck(project_id)
        return len(fresh)

    async def next_position(self, project_id: UUID) -> int:
        return await self._risks.last_position(project_id) + 1

    async def keep(self, *rows: Row) -> None:
        self._risks.add(rows)
        await self._session.flush()

    async def recheck(self, project_id: UUID) -> None:
        """Let triggers and the told levels follow the facts and the calendar; tells only what has changed."""
        risks = await self._risks.of_project(project_id, lock=True)
        await self._follow_triggers([risk for risk in risks if risk.trigger_kind and risk.state == RiskState.open])
        await self._tell_levels(project_id, risks)

    async def tell_levels(self, project_id: UUID) -> None:
        """Tell the gates the highest level that nobody lives with, over all and per area."""
        await self._session.flush()
        await self._tell_levels(project_id, await self._risks.of_project(project_id))

    async def _tell_levels(self, project_id: UUID, risks: Sequence[Risk]) -> None:
        if not risks:
            return
        accepted = await self._accepted(risks)
        told = Told.about(project_id, await self._signals.of_kinds([FactKind.risk_level]))
        for area in ["", *sorted({risk.area for risk in risks})]:
            counted = [risk for risk in risks if area in ("", risk.area) and risk.state == RiskState.open]
            value = _levels([risk for risk in counted if risk.id not in accepted])
            known = told.own(FactKind.risk_level, area)
            if known is None or known.value != value:
                await self._signals.tell_own(FactKind.risk_level, value, project_id=project_id, key=area)
        if any(risk.trigger_kind or risk.id in accepted for risk in risks):
            await self._recheck_tomorrow(project_id)

    async def _recheck_tomorrow(self, project_id: UUID) -> None:
        """Days pass without any event (acceptances end, deliverables grow late): one look a day, asked for each day."""
        tomorrow = clock.today() + timedelta(days=1)
        after = max(datetime.combine(tomorrow, time(), _ZONE) - clock.now(), timedelta(0)) + timedelta(seconds=1)
        slot = f"{project_id}@{tomorrow.isoformat()}"
        await start_job(self._session, RECHECK, {"project": project_id}, after=after, slot=slot)

    async def _accepted(self, risks: Sequence[Risk]) -> dict[UUID, RiskAcceptance]:
        """The newest acceptance of each risk that still covers the level it has now."""
        levels = {risk.id: risk.level for risk in risks}
        newest = {each.risk_id: each for each in await self._risks.acceptances(list(levels))}
        today = clock.today()
        return {risk_id: each for risk_id, each in newest.items() if covers(each, levels[risk_id], today)}

    async def _follow_triggers(self, risks: Sequence[Risk]) -> None:
        facts = await self._facts(risks)
        for risk in risks:
            seen = _judged(risk, facts)
            if seen is None or seen.state == risk.trigger_state:
                continue
            before, risk.trigger_state = risk.trigger_state, seen.state.value
            risk.trigger_changed_at = clock.now()
            risk.touch()
            after: dict[str, Any] = {"trigger_state": seen.state, "trigger_kind": risk.trigger_kind}
            await record(self._session, "risk.trigger", "risk", risk.id, before={"trigger_state": before}, after=after)
            if seen.state is TriggerState.triggered:
                told = RiskTriggered(
                    project_id=risk.project_id, risk_id=risk.id, trigger=RiskTrigger(str(risk.trigger_kind)).value
                )
                await publish(self._session, told)

    async def _facts(self, risks: Sequence[Risk]) -> TriggerFacts:
        """What the triggers of these risks, all of one project, can read."""
        today, kinds = clock.today(), {risk.trigger_kind for risk in risks if risk.trigger_kind}
        if not kinds:
            return TriggerFacts(today)
        project_id = risks[0].project_id
        told = Told.about(project_id, await self._signals.of_kinds(_TRIGGER_SIGNALS))
        deliveries = await self._risks.deliveries(project_id)
        planned, assigned = await self._risks.hours(project_id, today + timedelta(days=HORIZON_DAYS))
        open_ones = [row for row in deliveries if row.state in ("planned", "started")]
        return TriggerFacts(
            today,
            told,
            tuple(Delivery(row.id, str(row.external_party), row.window_end) for row in open_ones),
            bool(deliveries),
            Hours(planned, assigned),
        )


def _from_template(row: RiskTemplate, session: AsyncSession, project_id: UUID, position: int) -> Risk:
    return Risk(
        tenant_id=tenant_of(session),
        project_id=project_id,
        position=position,
        source_ref=row.source_ref,
        area=row.area,
        event=row.event.model_dump(),
        consequence=row.consequence.model_dump() if row.consequence else None,
        measure=row.measure.model_dump() if row.measure else None,
        trigger_kind=row.trigger and row.trigger.value,
    )


def covers(acceptance: RiskAcceptance, level: RiskLevel | None, today: date) -> bool:
    """Whether it still holds: its day has not passed, and the risk has not grown beyond what was accepted."""
    return today <= acceptance.expires_on and level is not None and level.rank <= RiskLevel(acceptance.level).rank


def _judged(risk: Risk, facts: TriggerFacts) -> TriggerSeen | None:
    if risk.trigger_kind is None:
        return None
    return judge_trigger(RiskTrigger(risk.trigger_kind), risk.trigger_params, facts)


def _levels(risks: Sequence[Risk]) -> dict[str, Any]:
    levels = [risk.level for risk in risks]
    known = [level for level in levels if level is not None]
    highest = max(known, key=lambda level: level.rank, default=None)
    return {"highest": highest and highest.value, "unassessed": levels.count(None)}
