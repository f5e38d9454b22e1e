"""What moving a wave would do to the plans of its members in this tenant. Saves nothing."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.gate.service import GateService
from services.projects.member.errors import WaveNotDated
from services.projects.member.repository import MemberRepository
from services.projects.member.shifting import shifted
from services.projects.programme.service import ProgrammeService
from services.projects.schedule.change_schemas import ScheduleDelta
from services.projects.schedule.delta import show_delta
from services.projects.schedule.service import ScheduleService

MOST_PROJECTS = 100
_ALL_GATES = 10_000


@dataclass(frozen=True)
class Simulated:
    """What differs in each plan. `without_project` members have theirs in another tenant, or none; `left_out` are
    those beyond the hundred plans that are computed at once."""

    shift_days: int
    deltas: list[ScheduleDelta]
    without_project: int
    left_out: int


class SimulationService:
    """What-if for the waves of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._rows = MemberRepository(session)
        self._programmes = ProgrammeService(session)
        self._schedules = ScheduleService(session)
        self._gates = GateService(session)

    async def simulate(self, wave_id: UUID, shift_days: int | None, rollout_start: date | None) -> Simulated:
        """By days, or so far that the rollout begins on a day. Raises WaveNotFound, WaveNotDated, PlanTooLong."""
        wave = await self._programmes.wave(wave_id)
        days = shift_days or 0
        if rollout_start is not None:
            if wave.window_start is None:
                raise WaveNotDated()
            days = (rollout_start - wave.window_start).days
        members = await self._rows.of_wave(wave_id)
        projects = list(dict.fromkeys(one.project_id for one in members if one.project_id is not None))
        deltas = [await self._delta(each, days) for each in projects[:MOST_PROJECTS]]
        without = sum(one.project_id is None for one in members)
        return Simulated(days, deltas, without, max(len(projects) - MOST_PROJECTS, 0))

    async def _delta(self, project_id: UUID, days: int) -> ScheduleDelta:
        plan = await self._schedules.plan(project_id)
        change = shifted(plan.activities.values(), days)
        outcome = await self._schedules.simulate(plan, change)
        gates = await self._gates.list_after(project_id, None, _ALL_GATES) if outcome.moved else []
        return show_delta(outcome, {move.activity_id for move in change.moves}, gates)
