"""Recording, correcting and removing measurements, one writer at a time for each indicator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import rows
from services.projects.benefit.known import demand_units
from services.projects.goal.disclosure import hidden_ids
from services.projects.goal.errors import (
    BaselineExists,
    BaselineNotFirst,
    MeasurementExists,
    MeasurementNotFound,
    PeopleCountMissing,
    ScopeWrong,
)
from services.projects.goal.models import Goal, Indicator, Measurement
from services.projects.goal.repository import GoalRepository
from services.projects.goal.service.indicators import IndicatorService
from services.projects.goal.service.readiness import tell_ready
from services.projects.goal.vocabulary import IndicatorScope, MeasurementKind
from services.projects.project.service import ProjectService
from shared.contracts.projects_steering import GoalMeasured
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish

Written = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True)
class Reading:
    """A value as it comes in, whoever sends it."""

    kind: MeasurementKind
    unit_id: UUID | None
    period_start: date
    period_end: date
    value: Decimal
    n: int | None
    source: str


class MeasurementService:
    """The measurements of the session's tenant. Who may write them is the caller's question."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._goals = GoalRepository(session)
        self._indicators = IndicatorService(session)

    async def get(self, measurement_id: UUID) -> Measurement:
        """Raises MeasurementNotFound."""
        return await rows.get(self._session, Measurement, measurement_id, MeasurementNotFound)

    async def list_after(self, indicator_id: UUID, after: UUID | None, limit: int) -> Sequence[Measurement]:
        return await rows.page(self._session, Measurement, after, limit, col(Measurement.indicator_id) == indicator_id)

    async def hidden(self, indicator: Indicator) -> frozenset[UUID]:
        """The measurements of the indicator that must not be shown."""
        return hidden_ids(indicator, await self._goals.measurements([indicator.id]))

    async def lock_for_writing(self, indicator_id: UUID) -> Indicator:
        """Raises IndicatorNotFound, ProjectClosed. Its measurements stand still until the transaction ends."""
        indicator = await self._indicators.lock(indicator_id)
        await ProjectService(self._session).get_active(indicator.project_id)
        return indicator

    async def put(
        self, indicator: Indicator, reading: Reading, by: UUID, *, replaces: bool
    ) -> tuple[Measurement, Written]:
        """Write a value of a locked indicator. Raises what `check` raises; MeasurementExists unless it `replaces`."""
        if reading.unit_id is not None:
            await demand_units(self._session, [reading.unit_id], "#/unitId")
        own = await self._of_scope(indicator.id, reading.unit_id)
        same = next((one for one in own if _slot(one) == _slot(reading)), None)
        if same is not None and not replaces and same.kind != MeasurementKind.baseline:
            raise MeasurementExists(same)
        if same is not None and not replaces:
            raise BaselineExists(same)
        check(indicator, reading, [one for one in own if one is not same])
        if same is None:
            return await self._create(indicator, reading, by), "created"
        if (same.value, same.n, same.source) == (reading.value, reading.n, reading.source):
            return same, "unchanged"
        same.value, same.n, same.source, same.recorded_by = reading.value, reading.n, reading.source, by
        same.touch()
        await self._session.flush()
        await self._journal(indicator, "change", same)
        return same, "updated"

    async def change(self, indicator: Indicator, measurement: Measurement, reading: Reading, by: UUID) -> None:
        """Correct a measurement of a locked indicator. Raises what `check` raises, MeasurementExists."""
        others = [one for one in await self._of_scope(indicator.id, measurement.unit_id) if one is not measurement]
        same = next((one for one in others if _slot(one) == _slot(reading)), None)
        if same is not None:
            raise MeasurementExists(same)
        check(indicator, reading, others)
        measurement.period_start, measurement.period_end = reading.period_start, reading.period_end
        measurement.value, measurement.n, measurement.source = reading.value, reading.n, reading.source
        measurement.recorded_by = by
        measurement.touch()
        await self._session.flush()
        await self._journal(indicator, "change", measurement)
        await self.told(indicator, 1)

    async def remove(self, indicator: Indicator, measurement: Measurement) -> None:
        """Take away a measurement that should not have been; the journal keeps that it was there."""
        await self._session.delete(measurement)
        await self._journal(indicator, "remove", measurement)
        await self.told(indicator, 1)

    async def told(self, indicator: Indicator, count: int) -> None:
        """Publish that `count` measurements changed, and let the project's readiness follow."""
        goal = await rows.get(self._session, Goal, indicator.goal_id, MeasurementNotFound)
        event = GoalMeasured(
            project_id=indicator.project_id, goal_id=goal.id, indicator_id=indicator.id, measurements=count
        )
        await publish(self._session, event)
        await tell_ready(self._session, indicator.project_id, goal.source_ref)

    async def recorded_by(self, account_id: UUID) -> Sequence[Measurement]:
        return await rows.find(self._session, Measurement, Measurement.recorded_by == account_id)

    async def _create(self, indicator: Indicator, reading: Reading, by: UUID) -> Measurement:
        row = Measurement(
            tenant_id=tenant_of(self._session), indicator_id=indicator.id, recorded_by=by, **vars(reading)
        )
        self._session.add(row)
        await self._session.flush()
        await self._journal(indicator, "add", row)
        return row

    async def _of_scope(self, indicator_id: UUID, unit_id: UUID | None) -> list[Measurement]:
        return [one for one in await self._goals.measurements([indicator_id]) if one.unit_id == unit_id]

    async def _journal(self, indicator: Indicator, verb: str, row: Measurement) -> None:
        """Which measurement, and for what it is of people no value: an old one may have been about few."""
        after = {"kind": row.kind, "unit_id": row.unit_id, "period_end": row.period_end, "indicator_id": indicator.id}
        if not indicator.counts_persons:
            after["value"] = str(row.value)
        await record(self._session, f"measurement.{verb}", "measurement", row.id, after=after)


def check(indicator: Indicator, reading: Reading, others: Sequence[Measurement]) -> None:
    """What must hold before a value is written; `others` are the other measurements of its scope.

    Raises ScopeWrong, PeopleCountMissing, BaselineExists, BaselineNotFirst.
    """
    if reading.unit_id is not None and indicator.scope != IndicatorScope.unit:
        raise ScopeWrong()
    if indicator.counts_persons and reading.n is None and reading.kind is not MeasurementKind.target:
        raise PeopleCountMissing()
    baseline = next((one for one in others if one.kind == MeasurementKind.baseline), None)
    if reading.kind is MeasurementKind.baseline:
        if baseline is not None:
            raise BaselineExists(baseline)
        early = [one for one in others if one.kind == "actual" and one.period_start <= reading.period_end]
        if early:
            raise BaselineNotFirst(min(early, key=lambda one: one.period_start))
    if reading.kind is MeasurementKind.actual and baseline and reading.period_start <= baseline.period_end:
        raise BaselineNotFirst(baseline)


def _slot(of: Reading | Measurement) -> tuple[str, date, date]:
    return str(of.kind), of.period_start, of.period_end
