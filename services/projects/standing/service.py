"""How projects stand, computed from their own rows and signals; nobody sets it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.plan.vocabulary import CriterionKind, FactKind
from services.projects.signal.models import Signal
from services.projects.signal.service import SignalService
from services.projects.standing.facts import (
    GatesStanding,
    ReadinessStanding,
    SideStanding,
    Standing,
    TrainingStanding,
    UnitsStanding,
    shown_responses,
    shown_training,
)
from services.projects.standing.repository import StandingRepository
from services.projects.survey.readiness import KEY
from shared.kit import clock

READINESS_KEYS = ("readiness", KEY)
"""The surveys that tell readiness: the programme's own (AU-V), and our eight topics."""


class StandingService:
    """The standings of projects of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._rows = StandingRepository(session)
        self._signals = SignalService(session)

    async def of(self, project_ids: Collection[UUID]) -> dict[UUID, Standing]:
        """By project. A project that does not exist stands as an empty one."""
        if not project_ids:
            return {}
        today = clock.today()
        sides: dict[UUID, list[SideStanding]] = defaultdict(list)
        for row in await self._rows.activities(project_ids, today):
            sides[row.project_id].append(SideStanding(side=row.side, total=row.total, done=row.done, late=row.late))
        gates = {row.project_id: _gates(row) for row in await self._rows.gates(project_ids, today)}
        units = {row.project_id: row for row in await self._rows.units(project_ids)}
        signals = await self._signals.of_kinds([FactKind.survey_score, CriterionKind.training_coverage])
        readiness, training = _readiness(signals), _training(signals)
        return {
            each: Standing(
                activities=sides[each],
                gates=gates.get(each) or GatesStanding(total=0, passed=0, waived=0, open=0, late=0),
                units=UnitsStanding(total=units[each].total, ready=units[each].ready)
                if each in units
                else UnitsStanding(total=0, ready=0),
                readiness=readiness.get(each) or ReadinessStanding(score=None, responses=None, observed_at=None),
                training=training,
            )
            for each in project_ids
        }


def _gates(row: Row[Any]) -> GatesStanding:
    left = row.total - row.passed - row.waived
    return GatesStanding(total=row.total, passed=row.passed, waived=row.waived, open=left, late=row.late)


def _readiness(signals: Sequence[Signal]) -> dict[UUID, ReadinessStanding]:
    """The newest score of each project."""
    told = [
        one
        for one in signals
        if one.kind == FactKind.survey_score and one.scope == "project" and one.key in READINESS_KEYS
    ]
    return {
        one.scope_id: ReadinessStanding(
            score=one.value.get("score"),
            responses=shown_responses(one.value.get("responses")),
            observed_at=one.observed_at,
        )
        for one in sorted(told, key=lambda one: one.observed_at)
    }


def _training(signals: Sequence[Signal]) -> list[TrainingStanding]:
    """Of the whole authority alone: counts of its units beside their sum would show the small ones."""
    return [
        shown_training(one.key, one.value["trained"], one.value["needed"])
        for one in sorted(signals, key=lambda one: one.key)
        if one.kind == CriterionKind.training_coverage and one.scope == "tenant"
    ]
