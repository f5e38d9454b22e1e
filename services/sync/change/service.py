"""The change feed: every row as it is now, kind by kind, in the order of the versions in which they last changed."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.change.errors import CursorUnknown
from services.sync.change.repository import ChangeRepository
from services.sync.plan.entities import ENTITIES
from shared.contracts.sync import PageEnd

_FIRST = UUID(int=2**128 - 1)
"""No row of the version that the reader already has comes after this id."""


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
        next version is read; so who reads to the end misses nothing, and meets both ends of every tie first.
        """
        await self._changes.by_index()
        place = _decoded(query.cursor) if query.cursor else _Place(await self._changes.head(), 0, query.after, _FIRST)
        lines: list[str] = []
        for rank in range(place.rank, len(ENTITIES)):
            if query.kinds and ENTITIES[rank].kind not in query.kinds:
                continue
            after = (place.version, place.id) if rank == place.rank else (query.after, _FIRST)
            room = query.limit - len(lines)
            found = await self._changes.lines(ENTITIES[rank], after, room + 1, is_public=query.is_public)
            lines += [line.json for line in found[:room]]
            if len(found) > room:
                last = (found[room - 1].version, found[room - 1].id) if room else after
                cursor = f"{place.complete}.{rank}.{last[0]}.{last[1]}"
                return _body(lines, PageEnd(next=cursor, version=query.after))
        return _body(lines, PageEnd(version=max(query.after, place.complete)))


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
