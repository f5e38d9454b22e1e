"""What a change of rows leaves behind: journal entries and events. Free text is said to have changed, never shown."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.plan.vocabulary import ActivityState
from shared.contracts.projects import ActivitiesChanged, ActivityChanged
from shared.kit.journal import record
from shared.queue.outbox import publish

_TEXTS = frozenset({"title", "section", "notes", "external_party"})
_FOLLOWS_STATE = frozenset({"started_at", "done_at", "done_by", "done_side"})
_WINDOW = ("window_start", "window_end", "window_precision", "window_tentative")

Facts = dict[str, Any]


def facts_of(activity: Activity, names: Collection[str]) -> Facts:
    """What a row says in these columns: a window as one fact, and what follows from the state left out."""
    found = {name: getattr(activity, name) for name in names if name not in _FOLLOWS_STATE and name not in _WINDOW}
    if not set(_WINDOW).isdisjoint(names):
        window = activity.window
        found["window"] = window.model_dump(mode="json") if window else None
    return found


def write(activity: Activity, values: Mapping[str, Any]) -> tuple[Facts, Facts]:
    """Set the columns, and count the version up; returns what the row said before and says now."""
    before = facts_of(activity, values.keys())
    for name, value in values.items():
        setattr(activity, name, value)
    activity.touch()
    return before, facts_of(activity, values.keys())


async def enter(session: AsyncSession, action: str, activity: Activity, before: Facts, after: Facts) -> None:
    """One journal entry."""
    shown = {name: value if name not in _TEXTS else "changed" for name, value in after.items()}
    kept = {name: value for name, value in before.items() if name not in _TEXTS}
    await record(session, action, "activity", activity.id, before=kept, after=shown)


async def tell(session: AsyncSession, activity: Activity, fields: Iterable[str]) -> None:
    """The event of one changed row."""
    event = ActivityChanged(
        project_id=activity.project_id,
        activity_id=activity.id,
        version=activity.version,
        state=ActivityState(activity.state).value,
        fields=tuple(to_camel(name) for name in sorted(fields)),
    )
    await publish(session, event)


async def tell_batch(session: AsyncSession, added: Sequence[Activity], changed: Sequence[Activity]) -> None:
    """One event for many rows of one project."""
    rows = [*added, *changed]
    if not rows:
        return
    event = ActivitiesChanged(
        project_id=rows[0].project_id,
        added=len(added),
        changed=len(changed),
        first_position=min(row.position for row in rows),
        last_position=max(row.position for row in rows),
    )
    await publish(session, event)
