"""What other services tell projects: signals for the gates, and units for the plans.

This is the only way in for a signal. A signal, the gates that turn because of it and their events are one transaction.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.copylog.service import CopyLogService
from services.projects.gate.service import GateService
from services.projects.plan.vocabulary import RECHECK, CriterionKind, FactKind
from services.projects.project.service import ProjectService
from services.projects.risk.service import RiskService
from services.projects.signal.service import SignalService
from services.projects.unit.service import UnitService
from shared.contracts.base import Event, EventEnvelope
from shared.contracts.identity_login import LoginMethodLapsed, LoginMethodVerified
from shared.contracts.sync import RosterApplied, UnitChange, changes_of, parse_page
from shared.contracts.sync_privacy import RetentionChanged
from shared.contracts.sync_verification import VerificationChanged
from shared.contracts.training import CoverageChanged
from shared.contracts.training_signal import (
    AccessChanged,
    AttendanceChanged,
    CourseDemandChanged,
    KeyPersonsChanged,
    MissedChanged,
    TrainerCapacityChanged,
    TrainingSignal,
)
from shared.queue import JobContext, JobHandler, start_job
from shared.queue.changes import ChangeFeed
from shared.queue.retention import record_retention

FOLLOW_UNITS = "units.follow"
_TRAINING: Mapping[type[TrainingSignal], FactKind] = {
    KeyPersonsChanged: FactKind.key_persons,
    AttendanceChanged: FactKind.attendance,
    MissedChanged: FactKind.missed,
    AccessChanged: FactKind.accounts_missing,
    TrainerCapacityChanged: FactKind.trainer_capacity,
    CourseDemandChanged: FactKind.course_demand,
}
_NOT_VALUES = {"signalId", "unitId", "role", "courseId"}


async def on_roster_applied(session: AsyncSession, envelope: EventEnvelope, event: RosterApplied) -> None:
    """An approved plan makes the register fresh; a change by hand moves units, but proves nothing about the source."""
    if event.origin == "run":
        value = {"runId": str(event.run_id), "version": event.version_to}
        await _observe(session, envelope, CriterionKind.roster_applied, value)
    await start_job(session, FOLLOW_UNITS, {"version": event.version_to})


async def on_coverage_changed(session: AsyncSession, envelope: EventEnvelope, event: CoverageChanged) -> None:
    """How many of those who need training in a role have it."""
    value = {"trained": event.trained, "needed": event.needed}
    await _observe(session, envelope, CriterionKind.training_coverage, value, key=event.role, unit_id=event.unit_id)
    await _let_risks_follow(session, event.unit_id)


async def on_training_signal(session: AsyncSession, envelope: EventEnvelope, event: TrainingSignal) -> None:
    """What training computed of key persons, attendance, access, trainers or waiting people."""
    told = event.to_data()
    value = {name: found for name, found in told.items() if name not in _NOT_VALUES}
    key, unit_id = told.get("role") or told.get("courseId") or "", getattr(event, "unit_id", None)
    gates = GateService(session)
    await gates.hold_signals()
    is_news = await SignalService(session).observe(envelope, _TRAINING[type(event)], value, key=key, unit_id=unit_id)
    if is_news and unit_id is None:  # what is told of a unit is for its readiness alone
        await gates.reevaluate(await ProjectService(session).active_ids(), kinds=[CriterionKind.training_ready])
        await _let_risks_follow(session, unit_id)


async def on_login_method_told(
    session: AsyncSession, envelope: EventEnvelope, event: LoginMethodVerified | LoginMethodLapsed
) -> None:
    """Whether logins by a method are verified, and how surely they know the person."""
    value = {"verified": event.verified, "acr": event.acr}
    await _observe(session, envelope, CriterionKind.login_verified, value, key=event.key)


async def on_verification_changed(session: AsyncSession, envelope: EventEnvelope, event: VerificationChanged) -> None:
    """For how many days in a row register and platform have agreed, of a unit or the whole, and what differs now."""
    value = {
        "days": event.days,
        "drift": event.drift,
        "registerOk": event.register_ok,
        "platformOk": event.platform_ok,
        "reasons": list(event.reasons),
        "units": event.units,
        "unitsHeld": event.units_held,
        "worstUnitId": str(event.worst_unit_id) if event.worst_unit_id else None,
    }
    await _observe(session, envelope, CriterionKind.sync_verified, value, unit_id=event.unit_id)


async def recheck_gates(ctx: JobContext) -> None:
    """Judge a project's gates again: a fact of theirs has become too old, or the project was opened again.

    Its risks and copies first: what they say by now is what the gates hear.
    """
    project = UUID(ctx.params["project"])
    async with ctx.transaction() as session:
        if (await ProjectService(session).get(project)).state == "active":
            await CopyLogService(session).recheck(project)
            await RiskService(session).recheck(project)
            await GateService(session).reevaluate([project])


def follow_units(feed: ChangeFeed) -> JobHandler:
    """The job that brings the copied units of its tenant up to date; may run twice."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        if ctx.tenant is None:
            raise ValueError("units belong to a tenant")
        async with ctx.transaction() as session:
            version = await UnitService(session).position()
        units = 0
        async for changes, mark in feed.pages("sync", ctx.tenant, version, parse_page, changes_of(UnitChange)):
            async with ctx.transaction() as session:
                units += await UnitService(session).apply(changes, mark.version)
            await ctx.progress(units)
        return {"units": units}

    return run


async def _observe(
    session: AsyncSession,
    envelope: EventEnvelope,
    kind: CriterionKind,
    value: dict[str, Any],
    *,
    key: str = "",
    unit_id: UUID | None = None,
) -> None:
    gates = GateService(session)
    await gates.hold_signals()
    if await SignalService(session).observe(envelope, kind, value, key=key, unit_id=unit_id):
        await gates.reevaluate(await ProjectService(session).active_ids(), kinds=[kind])


async def _let_risks_follow(session: AsyncSession, unit_id: UUID | None) -> None:
    """Triggers read what is told of the whole authority; the job locks what they need in its own order."""
    if unit_id is None:
        signals = SignalService(session)
        for project in await ProjectService(session).active_ids():
            await signals.ask_recheck(project)


on_training_told: Mapping[type[Event], Any] = dict.fromkeys(_TRAINING, on_training_signal)
"""Handlers of the training service's signals, for the worker."""


on_register_told: Mapping[type[Event], Any] = {
    RosterApplied: on_roster_applied,
    VerificationChanged: on_verification_changed,
    RetentionChanged: record_retention,
}
"""Handlers of what sync tells, for the worker."""


def jobs(feed: ChangeFeed) -> Mapping[str, JobHandler]:
    """The long work of this service, by kind."""
    return {FOLLOW_UNITS: follow_units(feed), RECHECK: recheck_gates}
