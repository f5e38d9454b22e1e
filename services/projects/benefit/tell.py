"""What every change of the quality work leaves behind: its journal entry and its event, in the change's transaction."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.projects_steering import BenefitChanged
from shared.kit.journal import record
from shared.queue.outbox import publish

Entity = Literal[
    "annual_wheel",
    "assessment_matrix",
    "data_request",
    "deviation",
    "evaluation",
    "goal",
    "indicator",
    "lesson",
    "matrix_assessment",
    "need_card",
    "poll",
    "requirement",
    "survey",
    "survey_definition",
]


async def tell(  # noqa: PLR0913 - the fields of an entry
    session: AsyncSession,
    entity: Entity,
    verb: str,
    row: Any,
    *,
    project_id: UUID,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Record and publish that `row` was changed. `before` and `after` hold ids, states, dates and keys."""
    await record(session, f"{entity}.{verb}", entity, row.id, before=before, after=after, reason=reason)
    await publish(session, BenefitChanged(project_id=project_id, entity=entity, entity_id=row.id, version=row.version))


def change(row: Any, wanted: Mapping[str, Any], *, words: frozenset[str] = frozenset()) -> tuple[Any, Any]:
    """Set what differs on `row`; returns the journal's before and after, empty where nothing did.

    Of the fields in `words`, free text, only that they changed is kept.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in wanted.items():
        if getattr(row, name) != value:
            before[name], after[name] = (None, "changed") if name in words else (getattr(row, name), value)
            setattr(row, name, value)
    return before, after
