"""One way to leave a trace: the journal says what changed of a row about governance, and an event that it did.

What people write stays out of both.
"""

from collections.abc import Mapping
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.projects_steering import GovernanceChanged
from shared.kit.journal import record
from shared.queue.outbox import publish

Entity = Literal[
    "body",
    "consultation",
    "consultation_response",
    "decision",
    "escalation",
    "function_usage",
    "meeting",
    "meeting_series",
    "project_role",
    "role_assignment",
    "seat",
    "seat_membership",
]


class Row(Protocol):
    id: UUID
    version: int


async def tell(  # noqa: PLR0913 - what a trace consists of
    session: AsyncSession,
    project_id: UUID,
    entity: Entity,
    verb: str,
    row: Row,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Journal `<entity>.<verb>` and publish that the row is now at its version."""
    traces = {"before": before and traceable(before), "after": after and traceable(after)}
    await record(session, f"{entity}.{verb}", entity, row.id, reason=reason, **traces)
    changed = GovernanceChanged(project_id=project_id, entity=entity, entity_id=row.id, version=row.version)
    await publish(session, changed)


def apply(row: Any, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set what differs on the row; returns what it was and what it is. Empty where nothing changed."""
    before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    after = {name: values[name] for name in before}
    for name, value in after.items():
        setattr(row, name, value)
    if after:
        row.touch()
    return before, after


# What people write: the journal says that it changed, not what it says.
WRITTEN = frozenset(
    {"title", "purpose", "note", "minutes", "place", "network", "answer", "outcome", "motive", "content"}
)


def traceable(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same without what people write."""
    return {name: "changed" if name in WRITTEN else value for name, value in values.items()}
