"""The change feed: every row as it is now, kind by kind, in the order of the versions in which they last changed."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.change.errors import CursorUnknown
from services.sync.change.repository import ChangeRepository, Line
from services.sync.plan.entities import ENTITIES
from shared.contracts.sync import PageEnd

_FIRST = UUID(int=2**128 - 1)
"""No row of the version that the reader already has comes after this id."""
_ANY = 2**63 - 1
_REFERRED = frozenset(kind for entity in ENTITIES for kind in entity.references.values())
_BETWEEN = frozenset(one.kind for one in ENTITIES if one.kind in _REFERRED and {*one.references.values()} - {one.kind})
"""Kinds that ties refer to, and that refer to others themselves: groups and activities."""


@dataclass(frozen=True)
class FeedQuery:
    """Lines after version `after`, or after the line that `cursor` names; at most `limit`.

    `is_public`: for readers outside; only our own services are told the digests of login names. `kinds`: none for all.
    """

    after: int
    cursor: str | None
    limit: int
    is_public: bool = False
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Place:
    """`complete` is the version that was newest when the reading began; then kind, version and id of the last line."""

    complete: int
    rank: int
    version: int
    id: UUID


class ChangeService:
    """The feed of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._changes = ChangeRepository(session)

    async def page(self, query: FeedQuery) -> bytes:
        """One page as NDJSON, its end included (`shared.contracts.sync.parse_page`). Raises CursorUnknown.

        A row that changes while the feed is read is met in its new state, or is already given and comes again when the
        next version is read; so who reads to the end misses nothing. Both ends of every tie come first: a tie that
        changes meanwhile waits for the next version, since its ends may be as new, and a group or activity that changes
        has the reading begin anew, since its unit may be.
        """
        await self._changes.by_index()
        place = _decoded(query.cursor) if query.cursor else _Place(await self._changes.head(), 0, query.after, _FIRST)
        lines: list[str] = []
        for rank, entity in enumerate(ENTITIES[place.rank :], place.rank):
            if query.kinds and entity.kind not in query.kinds:
                continue
            after = (place.version, place.id) if rank == place.rank else (query.after, _FIRST)
            upto = _ANY if entity.kind in _REFERRED else place.complete
            room = query.limit - len(lines)
            found = await self._changes.lines(entity, after, upto, room + 1, is_public=query.is_public)
            if entity.kind in _BETWEEN and (head := await self._newer(found, place.complete)):
                return _body(lines, PageEnd(next=f"{head}.0.{query.after}.{_FIRST}", version=query.after))
            lines += [line.json for line in found[:room]]
            if len(found) > room:
                last = (found[room - 1].version, found[room - 1].id) if room else after
                cursor = f"{place.complete}.{rank}.{last[0]}.{last[1]}"
                return _body(lines, PageEnd(next=cursor, version=query.after))
        return _body(lines, PageEnd(version=max(query.after, place.complete)))

    async def _newer(self, found: list[Line], complete: int) -> int | None:
        """The newest version, where one of these rows changed after the one that was newest when the reading began."""
        if all(line.version <= complete for line in found):
            return None
        head = await self._changes.head()
        return head if head > complete else None


def _body(lines: list[str], end: PageEnd) -> bytes:
    return "\n".join([*lines, end.model_dump_json(), ""]).encode()


def _decoded(cursor: str) -> _Place:
    try:
        complete, rank, version, row = cursor.split(".")
        place = _Place(int(complete), int(rank), int(version), UUID(row))
    except ValueError:
        raise CursorUnknown() from None
    if not 0 <= place.rank < len(ENTITIES) or not all(0 <= one < 2**63 for one in (place.version, place.complete)):
        raise CursorUnknown()
    return place
