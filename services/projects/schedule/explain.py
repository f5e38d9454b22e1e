"""Why something is not done: the chain from a gate or an activity to the row at its root, and whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.gate.schemas import Blocker, ChainLink, GateExplanation, MustActPublic
from services.projects.gate.service import GateService, GateView
from services.projects.gate.view import explain as explain_gate
from services.projects.gate.view import gate_name
from services.projects.plan.schemas import WindowPublic
from services.projects.plan.vocabulary import ActivityState, PartySide
from services.projects.plan.words import SIDES
from services.projects.project.service import ProjectService
from services.projects.schedule.engine import Schedule
from services.projects.schedule.findings import last_day, overdue_days, progress
from services.projects.schedule.plan import Plan, PlanActivity
from services.projects.schedule.schemas import (
    ActivityExplanation,
    ProgressPublic,
    ResponsiblePublic,
    WaitingStep,
)
from services.projects.schedule.sentences import joined, plain, remark, waiting
from services.projects.schedule.service import ScheduleService
from services.projects.schedule.waiting import Chain, chain_from
from services.projects.unit.service import UnitService
from shared.kit.text import Text


@dataclass(frozen=True)
class Blocked:
    """A chain with whose turn it is at its root, and the sentence about both."""

    chain: Chain
    must_act: ResponsiblePublic
    names: list[Text]
    remark: Text


class ExplainService:
    """Explanations for the session's tenant. Every method raises DependencyCircle and PlanTooLong."""

    def __init__(self, session: AsyncSession) -> None:
        self._activities = ActivityService(session)
        self._gates = GateService(session)
        self._projects = ProjectService(session)
        self._schedules = ScheduleService(session)
        self._units = UnitService(session)

    async def activity(self, activity_id: UUID) -> ActivityExplanation:
        """Raises ActivityNotFound."""
        activity = await self._activities.get(activity_id)
        plan = await self._schedules.plan(activity.project_id)
        schedule = await self._schedules.compute(plan)
        row = plan.activities[activity_id]
        i = schedule.network.index.get(activity_id)
        if i is None or not row.is_open:
            return ActivityExplanation(
                activity_id=activity_id, state=activity.state, sentence=_closed(row), must_act=None, chain=[]
            )
        blocked = await self._blocked(plan, schedule, i)
        return ActivityExplanation(
            activity_id=activity_id,
            state=activity.state,
            sentence=waiting(blocked.names, blocked.remark),
            must_act=blocked.must_act,
            chain=[_step(plan, schedule, each) for each in blocked.chain.rows],
        )

    async def gate(self, gate_id: UUID) -> GateExplanation:
        """Raises GateNotFound."""
        view = await self._gates.get(gate_id)
        found = explain_gate(view)
        waits = {judged.criterion.id: judged.activity.id for judged in view.blocking if judged.activity is not None}
        if not waits:
            return found
        plan = await self._schedules.plan(view.gate.project_id)
        schedule = await self._schedules.compute(plan)
        blocking = [
            await self._deepened(view, blocker, plan, schedule, schedule.network.index.get(waits[blocker.criterion_id]))
            if blocker.criterion_id in waits
            else blocker
            for blocker in found.blocking
        ]
        return found.model_copy(update={"blocking": blocking})

    async def _deepened(
        self, view: GateView, blocker: Blocker, plan: Plan, schedule: Schedule, i: int | None
    ) -> Blocker:
        """The blocker with the rows that its activity waits for, and the side at the root as the one to act."""
        if i is None or not plan.activities[schedule.network.id(i)].is_open:
            return blocker
        blocked = await self._blocked(plan, schedule, i)
        rows = [plan.activities[schedule.network.id(each)] for each in blocked.chain.rows[1:]]
        links = [ChainLink(kind="activity", id=row.id, label=_title(row), state=row.state) for row in rows]
        must_act = blocked.must_act
        return blocker.model_copy(
            update={
                "must_act": MustActPublic(side=must_act.side, role=must_act.role),
                "sentence": waiting([gate_name(view), *blocked.names], blocked.remark),
                "chain": [*blocker.chain, *links],
            }
        )

    async def _blocked(self, plan: Plan, schedule: Schedule, i: int) -> Blocked:
        chain = chain_from(schedule, i)
        root = chain.rows[-1]
        row = plan.activities[schedule.network.id(root)]
        must_act = await self._must_act(plan, row)
        who = [SIDES[must_act.side]]
        if row.external_party and must_act.side is PartySide.third_party:
            who = [plain(row.external_party)]
        if _question(row) is not None:
            who.append(Text(sv=" måste besluta", en=" must decide", da=" skal beslutte"))
        overdue, begun = overdue_days(schedule, root), schedule.bounds[root].is_fixed
        said = remark(joined(who), overdue, last_day(schedule, root), has_begun=begun)
        names = await self._names(plan, schedule, chain.rows)
        return Blocked(chain, must_act, names, said)

    async def _must_act(self, plan: Plan, row: PlanActivity) -> ResponsiblePublic:
        """The side of the root; where it waits for a decision, the side that decides."""
        question = _question(row)
        side = PartySide(str(question["by"])) if question else PartySide(row.side or PartySide.joint)
        parties = await self._projects.parties(plan.project_id)
        role = None if question else await self._schedules.responsible(row.id)
        party = next((party.name for party in parties if party.side == side), None)
        return ResponsiblePublic(
            side=side,
            party=row.external_party or party if side is PartySide.third_party else party,
            role=role[0] if role else None,
            role_title=Text.model_validate(role[1]) if role else None,
        )

    async def _names(self, plan: Plan, schedule: Schedule, rows: Sequence[int]) -> list[Text]:
        """What people call the rows; a row of one unit is named with it, a parent with how far it is."""
        activities = [plan.activities[schedule.network.id(i)] for i in rows]
        wanted = {row.unit_id for row in activities if row.unit_id is not None}
        units = {unit.id: unit.name for unit in await self._units.by_ids(wanted)} if wanted else {}
        names = []
        for i, row in zip(rows, activities, strict=True):
            below = progress(schedule, i)
            if below is not None:
                done = Text(
                    sv=f" ({below.done} av {below.total} klara)",
                    en=f" ({below.done} of {below.total} done)",
                    da=f" ({below.done} af {below.total} færdige)",
                )
                names.append(joined([row.name, done]))
            elif row.unit_id in units:
                names.append(joined([row.name, plain(f" {units[row.unit_id]}")]))
            else:
                names.append(row.name)
        return names


def _question(row: PlanActivity) -> dict[str, object] | None:
    """The decision that a row still waits for."""
    needed = row.needed_decision
    waits = needed and not needed.get("answered") and row.state == ActivityState.planned
    return dict(needed) if needed and waits else None


def _title(row: PlanActivity) -> Text:
    return Text.model_validate(row.title)


def _step(plan: Plan, schedule: Schedule, i: int) -> WaitingStep:
    row, below = plan.activities[schedule.network.id(i)], progress(schedule, i)
    return WaitingStep(
        activity_id=row.id,
        source_ref=row.source_ref,
        unit_id=row.unit_id,
        title=_title(row),
        state=ActivityState(row.state),
        window=WindowPublic.model_validate(row.window) if row.window else None,
        overdue_days=overdue_days(schedule, i),
        earliest_finish=last_day(schedule, i),
        progress=ProgressPublic.model_validate(below) if below else None,
    )


def _closed(row: PlanActivity) -> Text:
    """Why nothing is waited for."""
    if row.state == ActivityState.done:
        said = Text(sv=" är klar", en=" is done", da=" er færdig")
    elif row.state == ActivityState.cancelled:
        said = Text(sv=" är avbruten", en=" is cancelled", da=" er afbrudt")
    else:
        said = Text(
            sv=" hör till ett val som inte är gjort",
            en=" belongs to an option that was not chosen",
            da=" hører til et valg, der ikke er truffet",
        )
    return joined([row.name, said])
