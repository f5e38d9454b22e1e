"""Changing an activity: the row, its journal, its event, and the gates that wait for it, in one transaction."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.errors import ActivityNotEnabled
from services.projects.activity.models import Activity
from services.projects.activity.service import ActivityService
from services.projects.gate.service import GateService
from services.projects.plan.vocabulary import ActivityState
from services.projects.progress.schemas import ActivityChange
from services.projects.project.rights import demand, refusal_to_change_row, refusal_to_decide
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.contracts.projects import ActivityChanged
from shared.kit import clock
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


class ProgressService:
    """Changes to activities, made by one caller."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._activities = ActivityService(session)
        self._gates = GateService(session)
        self._projects = ProjectService(session)

    async def change(self, activity_id: UUID, version: int, change: ActivityChange) -> Activity:
        """Raises ActivityNotFound, NotYours, StaleVersion, ProjectClosed, ActivityNotEnabled.

        A change that changes nothing leaves no trace.
        """
        activity = await self._activities.lock(activity_id)
        demand(refusal_to_change_row(self._caller, activity.side))
        check_version(version, activity.version)
        await self._projects.get_active(activity.project_id)
        before = _facts(activity)
        self._apply(activity, change)
        after = _facts(activity)
        changed = [name for name in after if after[name] != before[name]]
        if not changed:
            return activity
        activity.touch()
        await self._tell(activity, before, after, changed)
        if "state" in changed:
            await self._gates.reevaluate([activity.project_id], activity_id=activity.id)
        return activity

    def _apply(self, activity: Activity, change: ActivityChange) -> None:
        given = change.model_fields_set
        if "window" in given:
            activity.set_window(change.window.widened() if change.window else None)
        if "owner_id" in given:
            activity.owner_id = change.owner_id
        if change.notes is not None:
            activity.notes = change.notes
        if change.state is not None and change.state != activity.state:
            self._move(activity, change.state)

    def _move(self, activity: Activity, state: ActivityState) -> None:
        if not activity.is_enabled:
            raise ActivityNotEnabled()
        is_done = state is ActivityState.done
        if activity.needs_approval and ActivityState.done in (state, activity.state):
            # An approval is the customer's word, both when given and when taken back.
            demand(refusal_to_decide(self._caller, Scope.activities_write))
        activity.state = state.value
        activity.done_at = clock.now() if is_done else None
        activity.done_by = self._caller.subject if is_done else None
        activity.done_side = self._caller.side.value if is_done and self._caller.side else None

    async def _tell(
        self, activity: Activity, before: dict[str, Any], after: dict[str, Any], changed: list[str]
    ) -> None:
        await record(
            self._session,
            "activity.change",
            "activity",
            activity.id,
            before={name: before[name] for name in changed if name != "notes"},
            after={name: after[name] if name != "notes" else "changed" for name in changed},
        )
        await publish(
            self._session,
            ActivityChanged(
                project_id=activity.project_id,
                activity_id=activity.id,
                version=activity.version,
                state=ActivityState(activity.state).value,
                fields=tuple(_WIRE_NAMES[name] for name in changed),
            ),
        )


_WIRE_NAMES = {"window": "window", "state": "state", "owner_id": "ownerId", "notes": "notes"}


def _facts(activity: Activity) -> dict[str, Any]:
    """What a change can touch. Notes are free text: the journal says that they changed, not what they say."""
    window = activity.window
    return {
        "window": window.model_dump(mode="json") if window else None,
        "state": activity.state,
        "owner_id": activity.owner_id,
        "notes": activity.notes,
    }
