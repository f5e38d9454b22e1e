"""Pulls what has changed in an SS12000 register since the last time, and merges it into the package of that time.

Deletions are asked for before changes: whatever a later listing of changes still shows was there after the deletions
were told, so it stays. All times are the register's own.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from services.sync.fetching.connector import Fetch
from services.sync.fetching.package import Package
from services.sync.fetching.ss12000_client import NotPermitted, PageLost, RegisterClient, Row
from services.sync.fetching.ss12000_rows import ENTITIES, Tally

_AT_A_TIME = 1000


class NeedsWhole(Exception):
    """Changes alone do not tell enough; `reason` says why, for the proof."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Changes:
    """What was asked and heard. `changed` and `deleted` are what really differs from the package before."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    changed: dict[str, dict[str, Row]] = field(default_factory=dict)
    deleted: dict[str, set[str]] = field(default_factory=dict)
    started: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return not any(self.changed.values()) and not any(self.deleted.values())

    @property
    def proof(self) -> dict[str, Any]:
        return {
            "changed": {entity: len(rows) for entity, rows in self.changed.items() if rows},
            "deleted": {entity: len(ids) for entity, ids in self.deleted.items() if ids},
        }


async def pull_changes(fetch: Fetch, client: RegisterClient, page_size: int, previous: Package) -> Changes:
    """What differs from `previous`. Raises NeedsWhole."""
    watermarks: Mapping[str, str] = fetch.memory.get("watermarks") or {}
    held = [entity for entity in ENTITIES if f"{entity}.ndjson" in previous.names()]
    if not watermarks.get("persons") or not fetch.memory.get("deletedAfter"):
        raise NeedsWhole("nothing to count from")
    changes = Changes()
    try:
        deleted, changes.started = await client.deletions(str(fetch.memory["deletedAfter"]))
        for place, entity in enumerate(held):
            await fetch.progress(place, len(held), entity)
            changes.changed[entity] = await _changed(client, entity, page_size, watermarks.get(entity), changes)
    except NotPermitted as error:
        raise NeedsWhole(f"not permitted any more: {error}") from None
    except PageLost:
        raise NeedsWhole("a page token has expired") from None
    for entity in held:
        await _compare(entity, previous, changes, deleted.get(entity, set()))
    return changes


async def _changed(
    client: RegisterClient, entity: str, page_size: int, after: str | None, changes: Changes
) -> dict[str, Row]:
    """The newest state of every object that is said to have changed; all of them where none ever told its time."""
    tally = changes.tallies[entity] = Tally(entity)
    filters = {"meta_modified_after": after} if after else {}
    rows: dict[str, Row] = {}
    async for page, _ in client.pages(entity, page_size, **filters):
        for row in page:
            tally.take(row)
            rows[row["id"]] = row
    return rows


async def _compare(entity: str, previous: Package, changes: Changes, deleted: set[str]) -> None:
    """Leave only what differs: an overlap in time tells much again. Raises NeedsWhole where a field has gone."""
    rows, gone = changes.changed[entity], deleted - set(changes.changed[entity])
    found: set[str] = set()
    before: set[str] = set()
    after: set[str] = set()
    for place, line in enumerate(previous.lines(f"{entity}.ndjson")):
        if place % _AT_A_TIME == 0:
            await asyncio.sleep(0)  # the worker has other things to do as well
        old = orjson.loads(line)
        sid = old["id"]
        if sid in gone:
            found.add(sid)
        new = rows.get(sid)
        if new is None:
            continue
        if orjson.dumps(new) == line:
            del rows[sid]
        else:
            before |= _told(old)
            after |= _told(new)
    if before - after:
        # All that changed have lost the same field: a permission rather than so many persons' own values.
        raise NeedsWhole("a field is told no more")
    changes.deleted[entity] = found


def _told(row: Row) -> set[str]:
    return {name for name, value in row.items() if value not in (None, [], {}, "")}


async def merge(fetch: Fetch, previous: Package, changes: Changes) -> dict[str, int]:
    """Write the package before with the changes into the sink; the objects of each endpoint."""
    counts: dict[str, int] = {}
    for entity in changes.changed:
        merged = _Merged(entity, previous, changes)
        await fetch.sink.add(f"{entity}.ndjson", merged.lines())
        counts[entity] = merged.count
    return counts


class _Merged:
    def __init__(self, entity: str, previous: Package, changes: Changes) -> None:
        self._name = f"{entity}.ndjson"
        self._previous = previous
        self._rows = dict(changes.changed[entity])
        self._deleted = changes.deleted[entity]
        self.count = 0

    async def lines(self) -> AsyncIterator[bytes]:
        piece: list[bytes] = []
        for line in self._all():
            self.count += 1
            piece.append(line)
            if len(piece) == _AT_A_TIME:
                yield b"\n".join([*piece, b""])
                piece.clear()
        yield b"\n".join([*piece, b""])

    def _all(self) -> Iterator[bytes]:
        for line in self._previous.lines(self._name):
            sid = orjson.loads(line)["id"]
            if sid not in self._deleted:
                new = self._rows.pop(sid, None)
                yield orjson.dumps(new) if new is not None else line
        yield from (orjson.dumps(row) for row in self._rows.values())
