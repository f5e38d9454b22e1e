"""Roles and their holders as rows. Who may change them, and what is vacant, is `staffing`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.role.errors import AlreadyHolds, demand_order
from services.projects.role.models import ProjectRole, RoleAssignment
from services.projects.role.repository import RoleRepository
from shared.kit import clock


class RoleService:
    """The roles of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._roles = RoleRepository(session)

    async def roles(self, project_id: UUID) -> Sequence[ProjectRole]:
        return await self._roles.roles(project_id)

    async def role(self, role_id: UUID, *, lock: bool = False) -> ProjectRole:
        """Raises RoleUnknown."""
        return await self._roles.role(role_id, lock=lock)

    async def assignment(self, assignment_id: UUID, *, lock: bool = False) -> RoleAssignment:
        """Raises AssignmentNotFound."""
        return await self._roles.assignment(assignment_id, lock=lock)

    async def assignments(self, project_id: UUID) -> Sequence[RoleAssignment]:
        """All of a project, ended ones included, oldest first."""
        return await self._roles.assignments(project_id)

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[RoleAssignment]:
        return await self._roles.list_after(project_id, after, limit)

    async def of_account(self, account_id: UUID) -> Sequence[tuple[RoleAssignment, ProjectRole]]:
        """What an account holds or is deputy for, now and before, with the role."""
        return await self._roles.of_account(account_id)

    async def holders(self, project_id: UUID) -> dict[UUID, UUID]:
        """Who holds each role for the whole authority today: role id -> account id; the first where there are two."""
        today = clock.today()
        found: dict[UUID, UUID] = {}
        for held in await self._roles.assignments(project_id):
            if held.unit_id is None and held.account_id is not None and held.runs_on(today):
                found.setdefault(held.role_id, held.account_id)
        return found

    async def add(self, roles: Sequence[ProjectRole], holders: Mapping[str, UUID] | None = None) -> None:
        """Write new roles, and from today their holders by key for the whole authority."""
        self._roles.add(roles)
        await self._session.flush()
        by_key = {role.key: role for role in roles}
        for key, account_id in (holders or {}).items():
            if key in by_key:
                await self.assign(_whole(by_key[key], account_id))

    async def assign(self, assignment: RoleAssignment) -> None:
        """Raises AlreadyHolds, DaysReversed. The role is locked, so that two at once cannot both get in."""
        demand_order(assignment.valid_from, assignment.valid_to)
        await self._roles.role(assignment.role_id, lock=True)
        await self.demand_free(assignment)
        self._roles.add([assignment])
        await self._session.flush()

    async def demand_free(self, wanted: RoleAssignment) -> None:
        """Raises AlreadyHolds where the account holds the role at the same place on some of the same days."""
        for held in await self._roles.of_role(wanted.role_id):
            same = held.id != wanted.id and held.unit_id == wanted.unit_id and held.account_id is not None
            if same and held.account_id == wanted.account_id and _overlap(held, wanted):
                raise AlreadyHolds(assignmentId=str(held.id))

    async def hold(self, role: ProjectRole, account_id: UUID | None) -> None:
        """Let the account alone hold the role for the whole authority from today; None leaves it vacant."""
        today = clock.today()
        await self._roles.role(role.id, lock=True)
        for held in await self._roles.of_role(role.id):
            if held.unit_id is not None or not held.runs_on(today):
                continue
            if held.valid_from == today:  # held for no whole day: a correction, not history
                await self._roles.remove(held)
            else:
                held.valid_to = today - timedelta(days=1)
                held.touch()
        await self._session.flush()
        if account_id is not None:
            await self.assign(_whole(role, account_id))

    async def forget(self, account_id: UUID) -> int:
        """Take an erased person's account out of every assignment; returns how many named it."""
        found = await self._roles.of_account(account_id)
        for held, _ in found:
            if held.account_id == account_id:
                held.account_id = None
            if held.deputy_id == account_id:
                held.deputy_id = None
            held.touch()
        await self._session.flush()
        return len(found)


def _whole(role: ProjectRole, account_id: UUID) -> RoleAssignment:
    return RoleAssignment(
        tenant_id=role.tenant_id,
        project_id=role.project_id,
        role_id=role.id,
        account_id=account_id,
        valid_from=clock.today(),
    )


def _overlap(one: RoleAssignment, other: RoleAssignment) -> bool:
    starts_before = other.valid_to is None or one.valid_from <= other.valid_to
    return starts_before and (one.valid_to is None or other.valid_from <= one.valid_to)
