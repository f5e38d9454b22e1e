"""Reading the roster as it was, and what is different between two versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.history.errors import AsOfMalformed, NoUnitInKind, VersionUnknown
from services.sync.history.hashing import state_digests
from services.sync.history.repository import HistoryRepository, Mark
from services.sync.plan.entities import BY_KIND, ENTITIES, Entity
from services.sync.roster.models import RosterVersion

ZONE = ZoneInfo("Europe/Stockholm")
_FIRST = UUID(int=0)
_KINDS = [entity.kind for entity in ENTITIES]
_NOBODY = Mark(protected=False, erased=False)


@dataclass(frozen=True)
class Past:
    """A row as it was; `mark` is that of today, of the person that the row speaks of."""

    kind: str
    id: UUID
    version: int
    values: dict[str, Any]
    mark: Mark


@dataclass(frozen=True)
class Changed:
    """What became of a row between two versions."""

    kind: str
    id: UUID
    op: Literal["created", "changed", "ended"]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    mark: Mark
    row: dict[str, Any]
    """The whole row as it was last, by which it is called."""


Place = tuple[str, UUID]


class HistoryService:
    """The history of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._history = HistoryRepository(session)

    async def version(self, number: int) -> tuple[RosterVersion, str, dict[str, int]]:
        """The version, the hash of its state, and its rows by kind. Raises NotFound."""
        version = await self._history.version(number)
        return version, *await state_digests(self._session, number)

    async def number_of(self, as_of: date | int) -> int:
        """The version with this number, or the one in force at the end of this day. Raises VersionUnknown."""
        if isinstance(as_of, int):
            return (await self._history.version(as_of)).number if as_of else 0
        number = await self._history.number_at(datetime.combine(as_of + timedelta(days=1), time(), ZONE))
        if number == 0:
            raise VersionUnknown()
        return number

    async def rows(
        self, kind: str, version: int, after: UUID | None, limit: int, unit_id: UUID | None = None
    ) -> list[Past]:
        """Rows of one kind as they were in `version`, by id; without those of erased persons. Raises NoUnitInKind.

        There are fewer than `limit` only at the end.
        """
        entity = BY_KIND[kind]
        if unit_id is not None and "unit_id" not in entity.columns:
            raise NoUnitInKind()
        found: list[Past] = []
        place = after or _FIRST
        while len(found) < limit:
            page = await self._history.rows(entity, version, place, limit - len(found), unit_id)
            marks = await self._marks(entity, page)
            found += [
                Past(kind, row["id"], version, _without_id(row), mark)
                for row, mark in zip(page, marks, strict=True)
                if not mark.erased
            ]
            if not page:
                break
            place = page[-1]["id"]
        return found

    async def differences(
        self, one: int, other: int, after: Place | None, limit: int, kind: str | None = None
    ) -> list[Changed]:
        """What differs when one goes from version `one` to `other`, kind by kind, by id.

        Raises NotFound for a version that there is not; 0 is the empty roster before the first.
        """
        for number in (one, other):
            await self.number_of(number)
        found: list[Changed] = []
        for entity in ENTITIES:
            if (kind is not None and entity.kind != kind) or (after and _rank(entity.kind) < _rank(after[0])):
                continue
            place = after[1] if after and after[0] == entity.kind else _FIRST
            while len(found) < limit:
                ids = await self._history.touched(entity, (min(one, other), max(one, other)), place, limit)
                found += await self._changed(entity, (one, other), ids)
                if len(ids) < limit:
                    break
                place = ids[-1]
        return found[:limit]

    async def _changed(self, entity: Entity, versions: tuple[int, int], ids: Sequence[UUID]) -> list[Changed]:
        if not ids:
            return []
        before = await self._history.at(entity, versions[0], ids)
        after = await self._history.at(entity, versions[1], ids)
        both = [{"id": row_id, **(before.get(row_id) or after.get(row_id) or {})} for row_id in ids]
        marks = await self._marks(entity, both)
        return [
            changed
            for row_id, mark in zip(ids, marks, strict=True)
            if not mark.erased and (changed := _difference(entity, row_id, before.get(row_id), after.get(row_id), mark))
        ]

    async def _marks(self, entity: Entity, rows: Sequence[dict[str, Any]]) -> list[Mark]:
        """The gravest mark among the persons that each row speaks of."""
        columns = [column for column, kind in entity.references.items() if kind == "person"]
        columns = ["id"] if entity.kind == "person" else columns
        persons = [[UUID(str(row[column])) for column in columns if row.get(column)] for row in rows]
        marks = await self._history.marks([person for of_row in persons for person in of_row]) if columns else {}
        return [
            Mark(
                protected=any(marks.get(person, _NOBODY).protected for person in of_row),
                erased=any(marks.get(person, _NOBODY).erased for person in of_row),
            )
            for of_row in persons
        ]


def read_as_of(said: str) -> date | int:
    """A day, or a version's number. Raises AsOfMalformed."""
    try:
        day = None if said.isdigit() else date.fromisoformat(said)
    except ValueError:
        raise AsOfMalformed() from None
    if day == date.max:  # its end is a day that there is not
        raise AsOfMalformed()
    return int(said) if day is None else day


def _difference(
    entity: Entity, row_id: UUID, before: dict[str, Any] | None, after: dict[str, Any] | None, mark: Mark
) -> Changed | None:
    if before is None or after is None:
        op: Literal["created", "ended"] = "created" if before is None else "ended"
        return None if before is after else Changed(entity.kind, row_id, op, before, after, mark, after or before or {})
    names = [column for column in entity.compared if before.get(column) != after.get(column)]
    if not names:
        return None
    old, new = ({name: row.get(name) for name in names} for row in (before, after))
    return Changed(entity.kind, row_id, "changed", old, new, mark, after)


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def _rank(kind: str) -> int:
    return _KINDS.index(kind)
