"""From a stored plan to what is drawn: rows in order, computed dates, the approved plan behind them, hours per side."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.baseline.models import BaselineItem
from services.projects.baseline.service import BaselineService
from services.projects.gate.models import Gate
from services.projects.gate.service import GateService
from services.projects.gate.vocabulary import CLOSED
from services.projects.participation.service import ParticipationService
from services.projects.phase.models import Phase
from services.projects.phase.service import PhaseService
from services.projects.picture.effort import SideEffort, draw_effort
from services.projects.picture.gantt import Bar, Gantt, draw_gantt
from services.projects.picture.overview import PhaseBar, draw_overview
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.schedule.engine import Schedule
from services.projects.schedule.findings import is_critical
from services.projects.schedule.plan import PlanActivity
from services.projects.schedule.service import ScheduleService
from shared.kit import clock
from shared.kit.text import Lang, Text

_MANY = 1000
# What fits on a page in landscape; a chart for the screen is as long as its plan.
ROWS_ON_PAPER = 25
MOST_ROWS = 1500


class PictureService:
    """Pictures of one project, in the reader's language, at this moment (or the one that is looked back to)."""

    def __init__(self, session: AsyncSession, lang: Lang) -> None:
        self._session = session
        self._lang = lang
        self._schedules = ScheduleService(session)

    async def gantt(self, project: Project, *, phases_only: bool = False) -> bytes:
        """The whole plan in one chart, SVG."""
        bars = await self.bars(project)
        shown = [bar for bar in bars if bar.kind != "activity"] if phases_only else bars
        return draw_gantt(await self._chart(project, shown[:MOST_ROWS]), self._lang)

    async def gantt_pages(self, project: Project, bars: Sequence[Bar]) -> list[bytes]:
        """`bars` in charts that fit on paper, one scale for all of them."""
        chart = await self._chart(project, bars[:MOST_ROWS])
        starts = range(0, len(chart.bars), ROWS_ON_PAPER)
        return [
            draw_gantt(replace(chart, bars=chart.bars[start : start + ROWS_ON_PAPER], scale=chart.bars), self._lang)
            for start in starts
        ]

    async def overview(self, project: Project) -> bytes:
        """A line for each phase, SVG."""
        today = clock.today()
        bars = await self.bars(project)
        phases = await PhaseService(self._session).list_after(project.id, None, _MANY)
        gates = {gate.phase_id: gate for gate in await self._gates(project.id)}
        rows = _grouped(bars)
        lines = [_line(phase, gates.get(phase.id), rows.get(str(phase.id), []), self._lang) for phase in phases]
        return draw_overview(project.name, await self._subtitle(project), lines, today, self._lang)

    async def effort_if_any(self, project: Project) -> bytes | None:
        """The same, or None where nobody takes part in anything yet."""
        totals = await ParticipationService(self._session).effort(project.id)
        return await self.effort(project) if any(True for _ in totals.whole.sides()) else None

    async def effort(self, project: Project) -> bytes:
        """Hours per side, SVG."""
        totals = await ParticipationService(self._session).effort(project.id)
        sides = [
            SideEffort(side.value, each.hours_min, each.hours_max, each.actual_hours, each.unknown)
            for side, each in totals.whole.sides()
        ]
        title = Text(sv="Arbetstid per part", en="Effort per party", da="Arbejdstid pr. part").pick(self._lang)
        return draw_effort(title, project.name, sides, self._lang)

    async def bars(self, project: Project) -> list[Bar]:
        """Phases with their activities and gates, in the order of the plan. Raises PlanTooLong."""
        plan = await self._schedules.plan_of(project)
        schedule = await self._schedules.compute(plan)
        approved = await self._approved(project.id)
        rows = sorted(plan.activities.values(), key=lambda row: (row.position, row.id))
        phase_of = await ActivityService(self._session).phases_of(project.id)
        gates = await self._gates(project.id)
        bars: list[Bar] = []
        for phase in await PhaseService(self._session).list_after(project.id, None, _MANY):
            bars.append(self._phase(phase))
            bars += [
                self._activity(row, schedule, approved.get(row.id))
                for row in rows
                if phase_of.get(row.id) == phase.id and row.is_enabled and row.parent_id is None
            ]
            bars += [self._gate(gate, schedule.today) for gate in gates if gate.phase_id == phase.id]
        return bars

    async def _gates(self, project_id: UUID) -> list[Gate]:
        return [view.gate for view in await GateService(self._session).list_after(project_id, None, _MANY)]

    async def _approved(self, project_id: UUID) -> dict[UUID, BaselineItem]:
        """The rows of the last plan that the customer approved; nothing before that."""
        baselines = BaselineService(self._session)
        approved = await baselines.last_approved(project_id)
        return {item.subject_id: item for item in await baselines.items(approved.id)} if approved else {}

    async def _chart(self, project: Project, bars: Sequence[Bar]) -> Gantt:
        return Gantt(project.name, await self._subtitle(project), bars, clock.today())

    async def _subtitle(self, project: Project) -> str:
        parties = await ProjectService(self._session).parties(project.id)
        return " · ".join([*(party.name for party in parties), clock.today().isoformat()])

    def _phase(self, phase: Phase) -> Bar:
        return Bar(
            "phase",
            phase.source_ref or "",
            Text.model_validate(phase.title).pick(self._lang),
            phase.window_start,
            phase.window_end,
            group=str(phase.id),
        )

    def _activity(self, row: PlanActivity, schedule: Schedule, approved: BaselineItem | None) -> Bar:
        number = schedule.network.index.get(row.id)
        span = None
        if approved is not None and approved.window_start and approved.window_end and approved.window != row.window:
            span = (approved.window_start, approved.window_end)
        return Bar(
            "activity",
            row.source_ref or "",
            Text.model_validate(row.title).pick(self._lang),
            row.window_start,
            row.window_end,
            side=row.side or "nobody",
            state=row.state,
            is_tentative=row.window_tentative,
            is_critical=number is not None and is_critical(schedule, number),
            is_late=row.is_open and row.window_end is not None and schedule.today > row.window_end,
            baseline=span,
        )

    def _gate(self, gate: Gate, today: date) -> Bar:
        is_late = gate.state not in CLOSED and gate.window_end is not None and today > gate.window_end
        title = Text.model_validate(gate.title).pick(self._lang)
        return Bar(
            "gate", gate.source_ref or "", title, gate.window_start, gate.window_end, state=gate.state, is_late=is_late
        )


def _grouped(bars: Sequence[Bar]) -> dict[str, list[Bar]]:
    """The activities below each phase."""
    found: dict[str, list[Bar]] = {}
    current: list[Bar] = []
    for bar in bars:
        if bar.kind == "phase":
            current = found.setdefault(bar.group, [])
        elif bar.kind == "activity":
            current.append(bar)
    return found


def _line(phase: Phase, gate: Gate | None, rows: Sequence[Bar], lang: Lang) -> PhaseBar:
    low, high = phase.nominal_weeks_min, phase.nominal_weeks_max
    counted = [row for row in rows if row.state != "cancelled"]
    return PhaseBar(
        Text.model_validate(phase.title).pick(lang),
        phase.window_start,
        phase.window_end,
        None if low is None or high is None else (low, high),
        sum(row.state == "done" for row in counted),
        len(counted),
        sum(row.is_late for row in counted),
        gate.window_end if gate else None,
        gate.state if gate else None,
    )
