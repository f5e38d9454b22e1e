"""Every statement about what waits for a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.mywork.statements import NO_DAY, statement
from services.projects.mywork.vocabulary import ItemKind
from services.projects.plan.columns import WindowColumns
from shared.kit.db import tenant_of

_DECISIONS = text(
    "SELECT activity_id, id, source_ref, question, by_side FROM decision WHERE tenant_id = :tenant"
    " AND activity_id = ANY(:ids) AND state = 'open' ORDER BY id"
).columns(question=JSONB)
_SUMMONS = text("SELECT id, summon_by FROM meeting WHERE tenant_id = :tenant AND id = ANY(:ids)")
_RESPONSIBLE = text(
    "SELECT DISTINCT ON (activity_id) activity_id, role_key FROM activity_participation WHERE tenant_id = :tenant"
    " AND activity_id = ANY(:ids) AND role_key IS NOT NULL AND raci IN ('A', 'R')"
    " ORDER BY activity_id, raci DESC, role_key"
)
_FIRST = (date(1, 1, 1), "", UUID(int=0))
_LAST = date.fromisoformat(NO_DAY)


@dataclass(frozen=True)
class Whose:
    """Whose work is asked for. `decides`: takes the customer's decisions. `heads`: units that the person heads, None
    for all. `belongs`: units where the person has any role. `reads`: may read plans."""

    account_id: UUID
    decides: bool = False
    heads: frozenset[UUID] | None = frozenset()
    belongs: frozenset[UUID] = frozenset()
    reads: bool = False


@dataclass(frozen=True)
class Narrowed:
    """What a list is narrowed to: kinds, one project, and days due (after the first, up to the second)."""

    kinds: frozenset[ItemKind] = frozenset(ItemKind)
    project_id: UUID | None = None
    due_after: date = date(1, 1, 1)
    due_by: date = _LAST


class FoundItem(WindowColumns):
    """A row of the statement."""

    kind: ItemKind
    id: UUID
    row_id: UUID
    unit_id: UUID | None
    title: dict[str, Any]
    source_ref: str | None
    day: date | None
    state: str
    project_id: UUID
    project_name: str

    @property
    def key(self) -> tuple[date, str, UUID]:
        """What the list is ordered by."""
        return self.day or _LAST, self.kind.value, self.row_id


class MyWorkRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def items(
        self, whose: Whose, narrowed: Narrowed, today: date, after: tuple[date, str, UUID] | None, limit: int
    ) -> list[FoundItem]:
        if not narrowed.kinds:
            return []
        day, kind, row = after or _FIRST
        values: dict[str, Any] = {
            "tenant": tenant_of(self._session), "me": whose.account_id, "today": today, "decides": whose.decides,
            "heads_all": whose.heads is None, "heads": list(whose.heads or ()), "belongs": list(whose.belongs),
            "project": narrowed.project_id, "due_after": narrowed.due_after, "due_by": narrowed.due_by,
            "after_day": day, "after_kind": kind, "after_row": row, "limit": limit,
        }  # fmt: skip
        asked = text(statement(narrowed.kinds)).columns(title=JSONB)
        found = await self._session.execute(asked, values)
        return [FoundItem.model_validate(dict(row)) for row in found.mappings()]

    async def open_decisions(self, activity_ids: Collection[UUID]) -> Sequence[Any]:
        """Open decisions that these activities wait for: activity_id, id, source_ref, question, by_side."""
        values = {"tenant": tenant_of(self._session), "ids": list(activity_ids)}
        return (await self._session.execute(_DECISIONS, values)).all()

    async def responsible(self, activity_ids: Collection[UUID]) -> dict[UUID, str]:
        """The key of the role that carries out each of these activities, where one is named."""
        values = {"tenant": tenant_of(self._session), "ids": list(activity_ids)}
        return {row.activity_id: row.role_key for row in (await self._session.execute(_RESPONSIBLE, values)).all()}

    async def summon_days(self, meeting_ids: Collection[UUID]) -> dict[UUID, date | None]:
        values = {"tenant": tenant_of(self._session), "ids": list(meeting_ids)}
        return {row.id: row.summon_by for row in (await self._session.execute(_SUMMONS, values)).all()}
