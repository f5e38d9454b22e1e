"""Links between the activities of a project: made, changed and removed so that no rows wait for each other."""

from collections.abc import Collection, Sequence
from typing import Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Dependency
from services.projects.dependency.ends import End, LinkRow
from services.projects.dependency.errors import (
    ActivityOutside,
    DependencyCircle,
    DependencyTaken,
    SameActivity,
)
from services.projects.dependency.graph import circle_through
from services.projects.dependency.repository import DependencyRepository
from services.projects.dependency.schemas import DependencyChange, DependencyCreate
from services.projects.plan.vocabulary import DependencyType
from services.projects.project.rights import demand, refusal_to_change_row
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.contracts.projects import DependencyChanged
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


class DependencyService:
    """The links of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._dependencies = DependencyRepository(session)
        self._projects = ProjectService(session)

    def add(self, rows: Sequence[Dependency]) -> None:
        """Take links of a plan that is being made; who makes it has checked them and tells of it."""
        self._dependencies.add(rows)

    async def get(self, dependency_id: UUID) -> Dependency:
        """Raises DependencyNotFound."""
        return await self._dependencies.get(dependency_id)

    async def list_after(
        self, project_id: UUID, after: UUID | None, limit: int | None, activity_id: UUID | None = None
    ) -> Sequence[Dependency]:
        return await self._dependencies.list_after(project_id, after, limit, activity_id)

    async def links(self, project_id: UUID) -> list[LinkRow]:
        """Every link of a project."""
        return await self._dependencies.links(project_id)

    async def ends(self, ids: Collection[UUID]) -> dict[UUID, End]:
        """What is known of the activities at links."""
        return await self._dependencies.ends(ids)

    async def create(
        self, project_id: UUID, new: DependencyCreate, caller: Principal, *, at: str = "#", is_decided: bool = False
    ) -> Dependency:
        """Raises ProjectNotFound, ProjectClosed, PlanIsApproved, SameActivity, ActivityOutside, NotYours,
        DependencyTaken, DependencyCircle.

        `at` is the pointer of the link in the request; `is_decided` as for `remove`.
        """
        await self._demand_open(project_id, is_decided)
        if new.predecessor_id == new.successor_id:
            raise SameActivity(f"{at}/successorId")
        ends = await self._inside(project_id, new, at)
        demand(refusal_to_change_row(caller, ends[new.successor_id].side))
        await self._dependencies.hold(project_id)
        if await self._dependencies.twin(new.predecessor_id, new.successor_id, new.type):
            raise DependencyTaken()
        row = Dependency(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            predecessor_id=new.predecessor_id,
            successor_id=new.successor_id,
            type=new.type.value,
            lag_days=new.lag_days,
            is_soft=new.is_soft,
        )
        await self._demand_no_circle(row)
        self._dependencies.add([row])
        await self._tell(row, "added", {}, _shown(row))
        return row

    async def change(
        self, dependency_id: UUID, version: int, change: DependencyChange, caller: Principal
    ) -> Dependency:
        """Raises DependencyNotFound, NotYours, StaleVersion, ProjectClosed, PlanIsApproved, DependencyTaken,
        DependencyCircle."""
        row = await self._held(dependency_id, version, caller)
        before = _shown(row)
        kind = change.type or DependencyType(row.type)
        twin = await self._dependencies.twin(row.predecessor_id, row.successor_id, kind)
        if twin not in (None, row.id):
            raise DependencyTaken()
        row.type = kind.value
        row.lag_days = row.lag_days if change.lag_days is None else change.lag_days
        row.is_soft = row.is_soft if change.is_soft is None else change.is_soft
        after = _shown(row)
        if after != before:
            await self._demand_no_circle(row)
            row.touch()
            await self._tell(row, "changed", before, after)
        return row

    async def remove(
        self, dependency_id: UUID, version: int | None, caller: Principal, *, is_decided: bool = False
    ) -> None:
        """Raises DependencyNotFound, NotYours, StaleVersion, ProjectClosed, PlanIsApproved.

        `is_decided`: the change of the plan was decided, so that an approved one may change.
        """
        row = await self._held(dependency_id, version, caller, is_decided=is_decided)
        await self._tell(row, "removed", _shown(row), {})
        await self._dependencies.remove(row)

    async def _held(
        self, dependency_id: UUID, version: int | None, caller: Principal, *, is_decided: bool = False
    ) -> Dependency:
        """The link, with the project's links standing still."""
        seen = await self._dependencies.get(dependency_id)
        await self._dependencies.hold(seen.project_id)
        row = await self._dependencies.get(dependency_id, lock=True)
        successor = (await self.ends([row.successor_id]))[row.successor_id]
        demand(refusal_to_change_row(caller, successor.side))
        if version is not None:
            check_version(version, row.version)
        await self._demand_open(row.project_id, is_decided)
        return row

    async def _demand_open(self, project_id: UUID, is_decided: bool) -> None:
        if is_decided:
            await self._projects.get_active(project_id)
        else:
            await self._projects.get_replannable(project_id)

    async def _inside(self, project_id: UUID, new: DependencyCreate, at: str) -> dict[UUID, End]:
        """Both ends. Raises ActivityOutside for what is not there, is removed or belongs to another project."""
        ends = await self.ends([new.predecessor_id, new.successor_id])
        fields = {"predecessorId": new.predecessor_id, "successorId": new.successor_id}
        outside = [
            f"{at}/{name}"
            for name, activity_id in fields.items()
            if (end := ends.get(activity_id)) is None or end.project_id != project_id or end.is_removed
        ]
        if outside:
            raise ActivityOutside(outside)
        return ends

    async def _demand_no_circle(self, row: Dependency) -> None:
        """Links to rows that are not enabled count too: enabling one must not close a circle."""
        if row.is_soft:
            return
        links = await self._dependencies.links(row.project_id)
        hard = [(each.predecessor_id, each.successor_id) for each in links if not each.is_soft and each.id != row.id]
        parents = await self._dependencies.parents(row.project_id)
        path = circle_through((row.predecessor_id, row.successor_id), hard, parents)
        if path is not None:
            raise circle_of(path, await self.ends(path))

    async def _tell(
        self,
        row: Dependency,
        what: Literal["added", "changed", "removed"],
        before: dict[str, object],
        after: dict[str, object],
    ) -> None:
        action = {"added": "add", "changed": "change", "removed": "remove"}[what]
        await record(self._session, f"dependency.{action}", "dependency", row.id, before=before, after=after)
        event = DependencyChanged(project_id=row.project_id, dependency_id=row.id, change=what)
        await publish(self._session, event)


def circle_of(path: Sequence[UUID], ends: dict[UUID, End]) -> DependencyCircle:
    """The refusal that names every row on the way."""
    rows = [ends[each] for each in path if each in ends]
    named = [{"activityId": str(row.id), "sourceRef": row.source_ref, "title": row.title} for row in rows]
    return DependencyCircle(named, [row.source_ref or str(row.title["sv"]) for row in rows])


def _shown(row: Dependency) -> dict[str, object]:
    return {
        "predecessor_id": row.predecessor_id,
        "successor_id": row.successor_id,
        "type": row.type,
        "lag_days": row.lag_days,
        "is_soft": row.is_soft,
    }
