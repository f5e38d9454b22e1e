"""The checklist of a project, drawn from its activities and their participants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity, ActivityParticipation
from services.projects.activity.service import ActivityService
from services.projects.participation.service import ParticipationService
from services.projects.plan.vocabulary import PartySide, Raci
from services.projects.role.models import ProjectRole
from services.projects.role.service import RoleService

_FIRST = (Raci.accountable, Raci.responsible)


@dataclass(frozen=True)
class Owner:
    """Who answers on one side."""

    role: ProjectRole | None
    role_key: str | None
    account_id: UUID | None


@dataclass(frozen=True)
class Line:
    """An activity of the checklist with its owner on either side."""

    activity: Activity
    customer: Owner | None
    supplier: Owner | None


class ChecklistService:
    """The checklists of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._activities = ActivityService(session)
        self._participations = ParticipationService(session)
        self._roles = RoleService(session)

    async def list_after(self, project_id: UUID, after: tuple[int, UUID] | None, limit: int) -> list[Line]:
        """The lines that apply, in the order of the plan."""
        activities = await self._activities.checklist_after(project_id, after, limit)
        taking_part: dict[UUID, list[ActivityParticipation]] = {}
        for row in await self._participations.of_activities([activity.id for activity in activities]):
            taking_part.setdefault(row.activity_id, []).append(row)
        roles = {role.key: role for role in await self._roles.roles(project_id)}
        return [
            Line(
                activity,
                _owner(activity, PartySide.customer, taking_part.get(activity.id, ()), roles),
                _owner(activity, PartySide.supplier, taking_part.get(activity.id, ()), roles),
            )
            for activity in activities
        ]


def _owner(
    activity: Activity,
    side: PartySide,
    taking_part: Sequence[ActivityParticipation],
    roles: Mapping[str, ProjectRole],
) -> Owner | None:
    """Who is accountable or else responsible on that side; without participants the row's own owner on its side."""
    mine = [row for row in taking_part if row.side == side and row.raci in _FIRST]
    own_account = activity.owner_id if (activity.side or PartySide.customer) == side else None
    if not mine:
        return Owner(None, None, own_account) if own_account else None
    row = min(mine, key=lambda one: (_FIRST.index(Raci(one.raci)), one.role_key is None))
    return Owner(roles.get(row.role_key or ""), row.role_key, row.account_id or own_account)
