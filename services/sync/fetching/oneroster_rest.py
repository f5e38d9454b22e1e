"""Pulls a whole roster from a OneRoster 1.2 REST service and proves that it is whole, or says of what it is not."""

import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.sync.fetching.connector import Fetch, Fetched, Probed
from services.sync.fetching.errors import DeliveryTooLarge, SourceMoved
from services.sync.fetching.oneroster_client import NotPermitted, OneRosterClient, Row
from services.sync.fetching.oneroster_tables import TABLES, cells, is_told, line, manifest, roles_of
from services.sync.fetching.scratch import Scratch
from services.sync.source.connectors import OneRosterRest

_PULLS = 3
_COLLECTIONS = {
    "orgs": frozenset({"unit"}),
    "users": frozenset({"person", "responsible", "enrolment", "duty"}),
    "classes": frozenset({"group"}),
    "enrollments": frozenset({"membership"}),
}
_PIECE = 512 * 1024
_JSON_FACTOR = 4  # objects take so much more room than the rows that become of them


class _Moved(Exception):
    """The collection is not the same at the end as at the beginning."""


@dataclass
class _Table:
    """The rows of one file of the package, kept as JSON until it is known which columns are told at all."""

    name: str
    rows: Scratch = field(default_factory=Scratch)
    told: set[str] = field(default_factory=set)

    def take(self, row: Row) -> None:
        self.told |= {
            column.name for column in TABLES[self.name] if column.name not in self.told and is_told(row, column)
        }
        self.rows.append(orjson.dumps(row) + b"\n")

    def csv(self) -> Iterator[bytes]:
        columns = [column for column in TABLES[self.name] if column.required or column.name in self.told]
        yield line(column.name for column in columns)
        self.rows.seek(0)
        waiting = bytearray()
        for row in io.BufferedReader(self.rows, 1 << 16):
            waiting += line(cells(orjson.loads(row), columns))
            if len(waiting) > _PIECE:
                yield bytes(waiting)
                waiting.clear()
        yield bytes(waiting)


@dataclass
class _Pull:
    """One attempt at the whole roster. `counts` is the proof, `unproved` the kinds that there is none for."""

    tables: dict[str, _Table] = field(default_factory=lambda: {name: _Table(name) for name in TABLES})
    counts: dict[str, dict[str, int | None]] = field(default_factory=dict)
    unproved: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes that are held so far."""
        return sum(table.rows.size for table in self.tables.values())

    def close(self) -> None:
        for table in self.tables.values():
            table.rows.close()


class OneRosterRestConnector:
    """Every collection page by page, counted before and after; begun anew, at most three times, where it moved."""

    async def fetch(self, fetch: Fetch) -> Fetched:
        client = _client(fetch)
        for attempt in range(1, _PULLS + 1):
            pull = _Pull()
            try:
                await self._pull(client, pull, fetch)
                await fetch.sink.add("manifest.csv", _once(manifest()))
                for name, table in pull.tables.items():
                    await fetch.sink.add(f"{name}.csv", _each(table.csv()))
                proof: dict[str, Any] = {"pulls": attempt, "collections": pull.counts}
                return Fetched(proof=proof, incomplete=frozenset(pull.unproved), notes=tuple(pull.notes))
            except _Moved:
                await fetch.progress(0, None, f"the source moved, beginning anew ({attempt})")
            finally:
                pull.close()
        raise SourceMoved(pulls=_PULLS)

    async def probe(self, fetch: Fetch) -> Probed:
        client = _client(fetch)
        seen: dict[str, Any] = {}
        for name in _COLLECTIONS:
            try:
                seen[name] = await client.count(name)
            except NotPermitted:
                seen[name] = "not permitted"
        return Probed(seen)

    async def _pull(self, client: OneRosterClient, pull: _Pull, fetch: Fetch) -> None:
        for place, (name, kinds) in enumerate(_COLLECTIONS.items()):
            try:
                await self._collection(client, pull, fetch, name, place)
            except NotPermitted:
                pull.unproved |= kinds
                pull.notes.append(f"{name} is not open to us")
                pull.counts[name] = {"rows": None}
        # What was counted before it was read is counted again now that all is read.
        for name, counts in pull.counts.items():
            if counts.get("before") is not None:
                counts["after"] = await client.count(name)
                if counts["after"] != counts["before"]:
                    raise _Moved
            elif counts["rows"] is not None:
                pull.unproved |= _COLLECTIONS[name]
                pull.notes.append(f"{name}: no X-Total-Count")

    async def _collection(self, client: OneRosterClient, pull: _Pull, fetch: Fetch, name: str, place: int) -> None:
        seen: set[str] = set()
        pages, before = 0, None
        async for page in client.pages(name):
            pages += 1
            before = page.total if pages == 1 else before
            if page.total != before:
                raise _Moved
            for row in page.rows:
                sid = str(row.get("sourcedId", ""))
                if not sid or sid in seen:
                    raise _Moved  # a row that comes twice has pushed another one out of its page
                seen.add(sid)
                if row.get("status") != "tobedeleted":
                    _take(pull, name, row)
            if pull.size > _JSON_FACTOR * fetch.sink.max_bytes:
                raise DeliveryTooLarge(maxBytes=fetch.sink.max_bytes)
            await fetch.progress(place, len(_COLLECTIONS), f"{name}: {len(seen)} rows so far")
        if before is not None and len(seen) != before:
            raise _Moved
        pull.counts[name] = {"rows": len(seen), "pages": pages, "before": before}


def _take(pull: _Pull, name: str, row: Row) -> None:
    pull.tables[name].take({key: value for key, value in row.items() if key != "roles"})
    if name == "users":
        for role in roles_of(row):
            pull.tables["roles"].take(role)


def _client(fetch: Fetch) -> OneRosterClient:
    if not isinstance(fetch.settings, OneRosterRest):
        raise TypeError("not a oneroster_rest source")
    return OneRosterClient(fetch.egress, fetch.settings, fetch.credentials)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _each(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
