"""Who holds which role, what is vacant, and what the change of stage leaves empty."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.body.change import apply, tell
from services.projects.body.errors import Unresolved
from services.projects.body.service import BodyService
from services.projects.decision.service import DecisionService
from services.projects.project.models import Project
from services.projects.project.rights import demand, refusal_to_change_row
from services.projects.project.service import ProjectService
from services.projects.role.errors import RoleKeyTaken, demand_order
from services.projects.role.models import ProjectRole, RoleAssignment
from services.projects.role.service import RoleService
from services.projects.staffing.continuity import report
from services.projects.staffing.errors import DecisionOpen, UnitNeeded
from services.projects.staffing.schemas import AssignmentChange, AssignmentCreate, ContinuityReport, RoleCreate
from services.projects.staffing.succession import Succession
from services.projects.staffing.vacancies import RoleVacancy, role_vacancies
from services.projects.unit.service import UnitService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.contracts.projects_steering import GovernanceChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.text import Text
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


class StaffingService:
    """The staffing of projects, read by anybody who may and changed by one caller."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._roles = RoleService(session)
        self._projects = ProjectService(session)
        self._bodies = BodyService(session)
        self._units = UnitService(session)

    async def add_role(self, project_id: UUID, new: RoleCreate) -> ProjectRole:
        """Raises ProjectNotFound, ProjectClosed, RoleKeyTaken."""
        await self._projects.get_active(project_id)
        if new.key in {role.key for role in await self._roles.roles(project_id)}:
            raise RoleKeyTaken()
        role = ProjectRole(tenant_id=tenant_of(self._session), project_id=project_id, **new.model_dump(mode="json"))
        await self._roles.add([role])
        after = {"key": role.key, "min_count": role.min_count, "is_per_unit": role.is_per_unit}
        await record(self._session, "project_role.create", "project_role", role.id, after=after)
        told = GovernanceChanged(project_id=project_id, entity="project_role", entity_id=role.id, version=1)
        await publish(self._session, told)
        return role

    async def assign(self, project_id: UUID, new: AssignmentCreate, caller: Principal) -> RoleAssignment:
        """Raises RoleUnknown, NotYours, ProjectClosed, UnitNeeded, Unresolved, DecisionOpen, AlreadyHolds."""
        role = await self._role(project_id, new.role_id)
        demand(refusal_to_change_row(caller, role.side, Scope.bodies_write))
        await self._projects.get_active(project_id)
        await self._demand_unit(role, new.unit_id)
        await self._demand_decision(project_id, new.decision_id)
        values = new.model_dump() | {"valid_from": new.valid_from or clock.today()}
        row = RoleAssignment(tenant_id=role.tenant_id, project_id=project_id, **values)
        await self._roles.assign(row)
        after = {"role": role.key, "unit_id": row.unit_id, "account_id": row.account_id, "valid_from": row.valid_from}
        await tell(self._session, project_id, "role_assignment", "create", row, after=after)
        return row

    async def change(
        self, assignment_id: UUID, version: int, change: AssignmentChange, caller: Principal
    ) -> RoleAssignment:
        """Raises AssignmentNotFound, NotYours, StaleVersion, ProjectClosed, DecisionOpen, DaysReversed, AlreadyHolds.

        An end that lies in the past is told at once where it leaves the role vacant.
        """
        row = await self._roles.assignment(assignment_id)
        role = await self._roles.role(row.role_id, lock=True)
        demand(refusal_to_change_row(caller, role.side, Scope.bodies_write))
        row = await self._roles.assignment(assignment_id, lock=True)
        check_version(version, row.version)
        project = await self._projects.get_active(row.project_id)
        await self._demand_decision(project.id, change.decision_id)
        values: dict[str, Any] = change.model_dump(exclude_unset=True)
        demand_order(values.get("valid_from", row.valid_from), values.get("valid_to", row.valid_to))
        before, after = apply(row, values)
        if not after:
            return row
        with self._session.no_autoflush:  # the database would refuse an overlap before we can explain it
            await self._roles.demand_free(row)
        await tell(self._session, project.id, "role_assignment", "change", row, before=before, after=after)
        await self.tell_vacant(project.id)
        return row

    async def vacancies(self, project: Project) -> list[RoleVacancy]:
        """Roles that have too few holders today."""
        units = await self._units.by_ids(await self._units.present_ids())
        ordered = sorted(units, key=lambda unit: (unit.name, unit.id))
        roles, assignments = await self._roles.roles(project.id), await self._roles.assignments(project.id)
        return list(role_vacancies(roles, assignments, ordered, project.school_forms, clock.today()))

    async def tell_vacant(self, project_id: UUID) -> int:
        """Tell each role that an ended assignment left with too few holders, once; returns how many were told."""
        project = await self._projects.get(project_id)
        missing = {(one.role.id, one.unit_id): one for one in await self.vacancies(project)}
        return await Succession(self._session).follow(project, missing)

    async def continuity(self, project: Project, on: date) -> ContinuityReport:
        """What the day `on`, on which the next stage begins, finds in bodies, seats and roles."""
        seats = await self._bodies.seats(project.id)
        return report(
            project,
            on,
            bodies=await self._bodies.of_project(project.id),
            seats=seats,
            memberships=await self._bodies.memberships([seat.id for seat in seats]),
            assignments=await self._roles.assignments(project.id),
        )

    async def _role(self, project_id: UUID, role_id: UUID) -> ProjectRole:
        role = await self._roles.role(role_id)
        if role.project_id != project_id:
            raise Unresolved("#/roleId", role_id)
        return role

    async def _demand_unit(self, role: ProjectRole, unit_id: UUID | None) -> None:
        if unit_id is None:
            if role.is_per_unit:
                raise UnitNeeded()
            return
        if not await self._units.by_ids([unit_id]):
            raise Unresolved("#/unitId", unit_id)

    async def _demand_decision(self, project_id: UUID, decision_id: UUID | None) -> None:
        if decision_id is None:
            return
        decision = await DecisionService(self._session).get(decision_id)
        if decision.project_id != project_id:
            raise Unresolved("#/decisionId", decision_id)
        if decision.decided_at is None:
            raise DecisionOpen()


def lacks(row: RoleAssignment, role: ProjectRole) -> Sequence[str]:
    """What an assignment still needs to count for a role that needs a mandate."""
    if not role.needs_mandate:
        return []
    has = {"decision": row.decision_id is not None, "share": (row.allocation_percent or 0) > 0}
    return [name for name, there in has.items() if not there]


def shown_title(title: dict[str, Any] | None) -> Text | None:
    return Text.model_validate(title) if title is not None else None
