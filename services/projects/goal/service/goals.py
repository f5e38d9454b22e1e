"""Adding and changing goals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import rows
from services.projects.benefit.rights import refusal_to_move
from services.projects.benefit.tell import change, tell
from services.projects.goal.errors import GoalNotFound, LinkInvalid, NobodyToInform
from services.projects.goal.models import Goal, GoalLink
from services.projects.goal.repository import GoalRepository, Measurable
from services.projects.goal.schemas.goal import GoalChange, GoalCreate
from services.projects.goal.service.readiness import tell_ready
from services.projects.goal.vocabulary import GoalKind, GoalState
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.service import ProjectService
from services.projects.template.steering import Goal as GoalTemplate
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.web.preconditions import check_version


@dataclass(frozen=True)
class GoalView:
    """A goal, how far it can be measured, and the goals at the other ends of its links."""

    goal: Goal
    measurable: Measurable
    effect_goal_ids: list[UUID]
    project_goal_ids: list[UUID]


class GoalService:
    """The goals of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._goals = GoalRepository(session)

    async def get(self, goal_id: UUID) -> Goal:
        """Raises GoalNotFound."""
        return await rows.get(self._session, Goal, goal_id, GoalNotFound)

    async def view(self, goal: Goal) -> GoalView:
        return (await self.views([goal]))[0]

    async def views(self, goals: Sequence[Goal]) -> list[GoalView]:
        ids = [goal.id for goal in goals]
        measurable = await self._goals.measurable(ids)
        links = await self._goals.links(ids)
        return [
            GoalView(
                goal,
                measurable.get(goal.id, Measurable()),
                [link.effect_goal_id for link in links if link.project_goal_id == goal.id],
                [link.project_goal_id for link in links if link.effect_goal_id == goal.id],
            )
            for goal in goals
        ]

    async def list_after(self, project_id: UUID, after: tuple[int, UUID] | None, limit: int) -> list[GoalView]:
        return await self.views(await self._goals.list_after(project_id, after, limit))

    async def of_project(self, project_id: UUID) -> Sequence[Goal]:
        """Every goal of the project, without paging: for documents and checks."""
        return await rows.find(self._session, Goal, Goal.project_id == project_id)

    async def add(self, project_id: UUID, wanted: GoalCreate, caller: Principal) -> Goal:
        """Raises ProjectNotFound, ProjectClosed, NotYours, LinkInvalid."""
        await ProjectService(self._session).get_active(project_id)
        demand(refusal_to_lead(caller, Scope.goals_write))
        goal = Goal(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            position=await self._goals.last_position(project_id) + 1,
            **wanted.model_dump(mode="json", exclude={"effect_goal_ids", "owner_id"}),
            owner_id=wanted.owner_id,
        )
        self._session.add(goal)
        await self._session.flush()
        await self._link(goal, wanted.effect_goal_ids)
        await tell(self._session, "goal", "add", goal, project_id=project_id, after={"kind": goal.kind})
        await self._follow(goal)
        return goal

    async def change(self, goal_id: UUID, version: int, wanted: GoalChange, caller: Principal) -> Goal:
        """Raises GoalNotFound, NotYours, StaleVersion, ProjectClosed, LinkInvalid, NobodyToInform."""
        goal = await rows.get(self._session, Goal, goal_id, GoalNotFound, lock=True)
        is_state_alone = wanted.model_fields_set <= {"state"}
        scope = Scope.goals_write
        demand(refusal_to_move(caller, scope, goal.owner_id) if is_state_alone else refusal_to_lead(caller, scope))
        check_version(version, goal.version)
        await ProjectService(self._session).get_active(goal.project_id)
        given = wanted.model_dump(mode="json", include=wanted.model_fields_set - {"effect_goal_ids", "owner_id"})
        if "owner_id" in wanted.model_fields_set:
            given["owner_id"] = wanted.owner_id
        before, after = change(goal, given, words=frozenset({"title", "measure", "note", "perspective"}))
        if wanted.effect_goal_ids is not None:
            await self._relink(goal, wanted.effect_goal_ids, before, after)
        if not after:
            return goal
        self._inform(goal)
        goal.touch()
        await tell(self._session, "goal", "change", goal, project_id=goal.project_id, before=before, after=after)
        await self._follow(goal)
        return goal

    async def add_from_template(self, project_id: UUID, goals: Sequence[GoalTemplate]) -> int:
        """Write the goals of a template that the project lacks, by source reference; returns how many it wrote.

        In the transaction of the instantiation, which publishes for the project as a whole.
        """
        known = await self._goals.known_refs(project_id)
        fresh = [row for row in goals if row.source_ref not in known]
        start = await self._goals.last_position(project_id) + 1
        for position, row in enumerate(fresh, start=start):
            self._session.add(
                Goal(
                    tenant_id=tenant_of(self._session),
                    project_id=project_id,
                    position=position,
                    title=row.title.model_dump(),
                    kind=row.kind,
                    perspective=row.perspective.model_dump() if row.perspective else None,
                    measure=row.measure.model_dump() if row.measure else None,
                    note=row.note.model_dump() if row.note else None,
                    source_uncertain=row.source_uncertain.model_dump(mode="json") if row.source_uncertain else None,
                    inform_role=row.inform_if_unreachable,
                    source_ref=row.source_ref,
                )
            )
        await self._session.flush()
        await self._link_from_template(project_id, fresh)
        if any(row.kind == GoalKind.effect for row in fresh):
            await tell_ready(self._session, project_id)
        return len(fresh)

    async def owned_by(self, account_id: UUID) -> Sequence[Goal]:
        return await rows.find(self._session, Goal, Goal.owner_id == account_id)

    async def _link_from_template(self, project_id: UUID, goals: Sequence[GoalTemplate]) -> None:
        by_ref = {goal.source_ref: goal for goal in await self.of_project(project_id)}
        for row in goals:
            for ref in row.links:
                source, target = by_ref.get(row.source_ref), by_ref.get(ref)
                if source and target and (source.kind, target.kind) == (GoalKind.project, GoalKind.effect):
                    self._session.add(self._linked(source, target.id))
        await self._session.flush()

    def _inform(self, goal: Goal) -> None:
        if goal.state != GoalState.unreachable:
            goal.informed_at = None
        elif goal.informed_at is None:
            if goal.inform_role is None:
                raise NobodyToInform()
            goal.informed_at = clock.now()

    async def _follow(self, goal: Goal) -> None:
        if goal.kind == GoalKind.effect:
            await tell_ready(self._session, goal.project_id, goal.source_ref)

    async def _relink(self, goal: Goal, wanted: list[UUID], before: dict[str, Any], after: dict[str, Any]) -> None:
        links = await self._goals.links([goal.id])
        present = {link.effect_goal_id for link in links if link.project_goal_id == goal.id}
        if present == set(wanted):
            return
        before["effect_goal_ids"], after["effect_goal_ids"] = sorted(present), sorted(set(wanted))
        await self._goals.unlink(goal.id)
        await self._link(goal, wanted)

    async def _link(self, goal: Goal, wanted: list[UUID]) -> None:
        if not wanted:
            return
        targets = await rows.find(
            self._session,
            Goal,
            Goal.project_id == goal.project_id,
            Goal.kind == GoalKind.effect,
            col(Goal.id).in_(wanted),
        )
        if goal.kind != GoalKind.project or {target.id for target in targets} != set(wanted):
            raise LinkInvalid()
        for target in targets:
            self._session.add(self._linked(goal, target.id))
        await self._session.flush()

    def _linked(self, goal: Goal, effect_goal_id: UUID) -> GoalLink:
        return GoalLink(
            tenant_id=goal.tenant_id,
            project_id=goal.project_id,
            project_goal_id=goal.id,
            effect_goal_id=effect_goal_id,
        )
