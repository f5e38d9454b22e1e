"""Pulls what has changed in an SS12000 register since the last time, and merges it into the package of that time.

Deletions are asked for before changes: whatever a later listing of changes still shows was there after the deletions
were told, so it stays. All times are the register's own. In memory stand ids alone, and
no more of them than can be borne: where more has changed, everything is pulled.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import orjson

from services.sync.fetching.connector import Fetch
from services.sync.fetching.errors import DeliveryTooLarge
from services.sync.fetching.package import Package
from services.sync.fetching.spilled import SpilledRows
from services.sync.fetching.ss12000_client import NotPermitted, PageLost, RegisterClient, Row, TooMuch
from services.sync.fetching.ss12000_rows import ENTITIES, Tally

_AT_A_TIME = 1000
_MOST_CHANGED = 500_000


class NeedsWhole(Exception):
    """Changes alone do not tell enough; `reason` says why, for the proof."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Changes:
    """What was asked and heard. `changed` and `deleted` are what really differs from the package before; close them."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    changed: dict[str, SpilledRows] = field(default_factory=dict)
    deleted: dict[str, set[str]] = field(default_factory=dict)
    started: datetime | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for rows in self.changed.values():
            rows.close()

    @property
    def is_empty(self) -> bool:
        return not any(self.changed.values()) and not any(self.deleted.values())

    @property
    def proof(self) -> dict[str, Any]:
        return {
            "changed": {entity: len(rows) for entity, rows in self.changed.items() if rows},
            "deleted": {entity: len(ids) for entity, ids in self.deleted.items() if ids},
        }


async def pull_changes(
    fetch: Fetch, client: RegisterClient, page_size: int, previous: Package, changes: Changes
) -> None:
    """Put what differs from `previous` into `changes`. Raises NeedsWhole, DeliveryTooLarge."""
    watermarks: Mapping[str, str] = fetch.memory.get("watermarks") or {}
    held = [entity for entity in ENTITIES if f"{entity}.ndjson" in previous.names()]
    if not watermarks.get("persons") or not fetch.memory.get("deletedAfter"):
        raise NeedsWhole("nothing to count from")
    try:
        deleted, changes.started = await client.deletions(str(fetch.memory["deletedAfter"]))
        for place, entity in enumerate(held):
            await fetch.progress(place, len(held), entity)
            changes.changed[entity] = SpilledRows()
            async for page in _pages(client, entity, page_size, watermarks.get(entity)):
                _take(page, entity, changes, fetch.sink.max_bytes)
    except NotPermitted as error:
        raise NeedsWhole(f"not permitted any more: {error}") from None
    except PageLost:
        raise NeedsWhole("a page token has expired") from None
    except TooMuch:
        raise NeedsWhole("more deletions than are told apart") from None
    for entity in held:
        await _compare(entity, previous, changes, deleted.get(entity, set()))


async def _pages(client: RegisterClient, entity: str, page_size: int, after: str | None) -> AsyncIterator[list[Row]]:
    """Every object that is said to have changed; all of them where none ever told its time."""
    filters = {"meta_modified_after": after} if after else {}
    async for page, _ in client.pages(entity, page_size, **filters):
        yield page


def _take(page: list[Row], entity: str, changes: Changes, max_bytes: int) -> None:
    """Keep the newest state of each object. Raises NeedsWhole, DeliveryTooLarge."""
    tally, rows = changes.tallies.setdefault(entity, Tally(entity)), changes.changed[entity]
    for row in page:
        tally.take(row)
        rows.put(row["id"], orjson.dumps(row))
    if sum(len(one) for one in changes.changed.values()) > _MOST_CHANGED:
        raise NeedsWhole("more has changed than is told apart")
    if sum(one.size for one in changes.changed.values()) > max_bytes:
        raise DeliveryTooLarge(maxBytes=max_bytes)


async def _compare(entity: str, previous: Package, changes: Changes, deleted: set[str]) -> None:
    """Leave only what differs: an overlap in time tells much again. Raises NeedsWhole where a field has gone."""
    rows = changes.changed[entity]
    gone = {sid for sid in deleted if sid not in rows}
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
        if new == line:
            rows.drop(sid)
        else:
            before |= _told(old)
            after |= _told(orjson.loads(new))
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
        self._rows = changes.changed[entity]
        self._written: set[str] = set()
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
                new = self._rows.get(sid)
                if new is not None:
                    self._written.add(sid)
                yield line if new is None else new
        for sid in self._rows:
            if sid not in self._written:
                yield self._rows.get(sid) or b""
