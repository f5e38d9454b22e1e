"""Rows that are carried out per unit: the parent's state follows its children, and gates that wait for it follow."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.activity.service import ActivityService
from services.projects.plan.vocabulary import ActivityState
from services.projects.progress.telling import enter, tell, write

# What the rollup of a parent is made of: when one of these changes in a child, the parent answers differently.
MOVING = frozenset({"state", "window_start", "window_end", "is_enabled", "deleted_at"})


def rolled_up(children: Sequence[Activity]) -> dict[str, Any] | None:
    """What a row's state comes to; None where no child applies, so that nothing follows.

    Done when all are done or cancelled (and not all cancelled), cancelled when all are, started as soon as one is
    started or done, else planned. Nobody ticked the row itself off, so nobody is named.
    """
    working = [child for child in children if child.is_enabled]
    if not working:
        return None
    states = {ActivityState(child.state) for child in working}
    finished = max((child.done_at for child in working if child.done_at is not None), default=None)
    begun = min((child.started_at for child in working if child.started_at is not None), default=None)
    state = _state(states)
    return {
        "state": state.value,
        "started_at": None if state is ActivityState.planned else begun,
        "done_at": finished if state is ActivityState.done else None,
        "done_by": None,
        "done_side": None,
    }


def _state(states: set[ActivityState]) -> ActivityState:
    if states == {ActivityState.cancelled}:
        return ActivityState.cancelled
    if states <= {ActivityState.done, ActivityState.cancelled}:
        return ActivityState.done
    if states & {ActivityState.started, ActivityState.done}:
        return ActivityState.started
    return ActivityState.planned


async def follow(session: AsyncSession, parent_ids: Collection[UUID]) -> list[UUID]:
    """Let these rows, which the caller holds, follow their children; returns those whose state changed.

    Every one of them is a new version, since what it answers about its children is new.
    """
    if not parent_ids:
        return []
    await session.flush()
    activities = ActivityService(session)
    children: dict[UUID | None, list[Activity]] = {}
    for child in await activities.children(parent_ids):
        children.setdefault(child.parent_id, []).append(child)
    moved = []
    for parent in await activities.lock_all(parent_ids):
        values = rolled_up(children.get(parent.id, ())) or {}
        found = {name: value for name, value in values.items() if getattr(parent, name) != value}
        before, after = write(parent, found)
        if "state" in after:
            moved.append(parent.id)
            await enter(session, "activity.roll_up", parent, before, after)
            await tell(session, parent, after)
    await session.flush()
    return moved
