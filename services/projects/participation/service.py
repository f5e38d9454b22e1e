"""Who takes part in the activities of a plan, and what that comes to in hours."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity, ActivityParticipation
from services.projects.activity.service import ActivityService
from services.projects.participation.effort import Totals, add_up
from services.projects.participation.errors import ParticipantsInvalid
from services.projects.participation.repository import ParticipationRepository
from services.projects.participation.rules import facts, refusal_to_replace, wrong
from services.projects.participation.schemas import ParticipationInput
from services.projects.project.rights import demand, refusal_to_change_row
from services.projects.project.service import ProjectService
from services.projects.role.service import RoleService
from shared.auth.principal import Principal
from shared.contracts.projects import ParticipationsChanged
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


class ParticipationService:
    """The participants of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = ParticipationRepository(session)
        self._activities = ActivityService(session)

    def add(self, rows: Sequence[ActivityParticipation]) -> None:
        """Take participants of a plan that is being made; who makes it tells of it."""
        self._rows.add(rows)

    async def of_activities(self, activity_ids: Collection[UUID]) -> Sequence[ActivityParticipation]:
        return await self._rows.of_activities(activity_ids)

    async def of_account(self, account_id: UUID) -> Sequence[ActivityParticipation]:
        """Where an account takes part by name."""
        return await self._rows.of_account(account_id)

    async def forget(self, account_id: UUID) -> int:
        """Take an account out of the plans it takes part in by name; the side and role stay. Returns how often."""
        rows = await self._rows.of_account(account_id)
        for row in rows:
            row.account_id = None
        await self._session.flush()
        return len(rows)

    async def effort(self, project_id: UUID) -> Totals:
        """The hours of a project's rows that apply."""
        return add_up(await self._rows.of_project(project_id))

    async def replace(
        self, activity_id: UUID, version: int, items: Sequence[ParticipationInput], caller: Principal
    ) -> Activity:
        """Put all participants of an activity in place. Raises ActivityNotFound, NotYours, StaleVersion, ProjectClosed,
        ParticipantsInvalid. Nothing happens where nothing differs."""
        activity = await self._activities.lock(activity_id)
        demand(refusal_to_change_row(caller, activity.side))
        check_version(version, activity.version)
        await ProjectService(self._session).get_active(activity.project_id)
        roles = await RoleService(self._session).roles(activity.project_id)
        errors = list(wrong(activity, items, {role.key: role.side for role in roles}))
        if errors:
            raise ParticipantsInvalid(errors)
        before = await self._rows.of_activities([activity_id])
        after = [_row(activity, item) for item in items]
        demand(refusal_to_replace(caller, before, after))
        if [facts(row) for row in before] == [facts(row) for row in after]:
            return activity
        await self._rows.remove(activity_id)
        self._rows.add(after)
        activity.touch()
        await self._tell(activity, before, after)
        return activity

    async def _tell(
        self,
        activity: Activity,
        before: Sequence[ActivityParticipation],
        after: Sequence[ActivityParticipation],
    ) -> None:
        await record(
            self._session,
            "activity.set_participants",
            "activity",
            activity.id,
            before={"participants": [_noted(row) for row in before]},
            after={"participants": [_noted(row) for row in after]},
        )
        event = ParticipationsChanged(project_id=activity.project_id, activity_id=activity.id, version=activity.version)
        await publish(self._session, event)


def _row(activity: Activity, item: ParticipationInput) -> ActivityParticipation:
    return ActivityParticipation(
        tenant_id=activity.tenant_id,
        project_id=activity.project_id,
        activity_id=activity.id,
        side=item.side.value,
        role_key=item.role_key,
        account_id=item.account_id,
        raci=item.raci.value,
        hours_min=item.hours_min,
        hours_max=item.hours_max,
        actual_hours=item.actual_hours,
        note=item.note.text().model_dump() if item.note else None,
    )


def _noted(row: ActivityParticipation) -> dict[str, str | None]:
    """A participant for the journal: ids, words and numbers, no free text."""
    names = ("side", "role_key", "account_id", "raci", "hours_min", "hours_max", "actual_hours")
    return {name: None if getattr(row, name) is None else str(getattr(row, name)) for name in names}
