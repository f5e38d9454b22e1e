"""Pulls everything from an SS12000 register, and proves that it is everything.

The protocol has no total count. Each listing is therefore read a second time, in pages of another size so that a lost
page loses something else; what differs must be explained by the register itself, as created or deleted meanwhile.
Persons that others refer to and that no listing told are looked up: the register must not know them either.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from services.sync.fetching.connector import Fetch
from services.sync.fetching.errors import DeliveryTooLarge, FetchFailed, SourceMoved
from services.sync.fetching.scratch import Scratch
from services.sync.fetching.ss12000_client import NotPermitted, PageLost, RegisterClient, Row, TooMuch
from services.sync.fetching.ss12000_rows import ENTITIES, OVERLAP, Tally, changed_at, persons_in

_ATTEMPTS = 3
_LOOKED_UP = 2000
_LOOKUP_SIZE = 200
_MOST_UNSEEN = 64 * 1024 * 1024


@dataclass
class Whole:
    """What was pulled: a tally per endpoint that is open to us, and what could not be proved."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    forbidden: list[str] = field(default_factory=list)
    unproved: list[str] = field(default_factory=list)
    proof: dict[str, dict[str, int]] = field(default_factory=dict)
    started: datetime | None = None


@dataclass
class _Listing:
    tally: Tally
    rows: Scratch
    left_out: set[str]
    added: list[Row]


class WholePull:
    """One pull; `run` writes every endpoint into the sink."""

    def __init__(self, fetch: Fetch, client: RegisterClient, page_size: int) -> None:
        self._fetch = fetch
        self._client = client
        self._size = page_size
        self._done = Whole()
        self._referred: set[str] = set()

    async def run(self) -> Whole:
        listings: dict[str, _Listing] = {}
        try:
            for place, entity in enumerate(ENTITIES):
                await self._fetch.progress(place, len(ENTITIES), entity)
                try:
                    listings[entity] = await self._proved(entity)
                except NotPermitted:
                    self._done.forbidden.append(entity)
            if "persons" in listings:
                await self._look_up(listings["persons"])
            for entity, listing in listings.items():
                await self._fetch.sink.add(f"{entity}.ndjson", _content(listing))
                self._done.tallies[entity] = listing.tally
        finally:
            for listing in listings.values():
                listing.rows.close()
        return self._done

    async def _proved(self, entity: str) -> _Listing:
        """The listing after as many attempts as it takes, at most three; unproved after that."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                listing = await self._listed(entity)
            except PageLost:
                if attempt == _ATTEMPTS:
                    raise SourceMoved(reason="page tokens expire") from None
                continue
            agrees = await self._agrees(entity, listing)
            if agrees or attempt == _ATTEMPTS:
                break
            listing.rows.close()
        if not agrees:
            self._done.unproved.append(entity)
        self._done.proof[entity] = {
            "objects": len(listing.tally.ids) - len(listing.left_out),
            "attempts": attempt,
            "twice": listing.tally.twice,
        }
        return listing

    async def _listed(self, entity: str) -> _Listing:
        listing = _Listing(Tally(entity), Scratch(), set(), [])
        try:
            async for rows, answer in self._client.pages(entity, self._size):
                self._done.started = self._done.started or answer.at
                for row in rows:
                    if listing.tally.take(row):
                        listing.rows.append(orjson.dumps(row) + b"\n")
                        if listing.rows.size > self._fetch.sink.max_bytes:
                            raise DeliveryTooLarge(maxBytes=self._fetch.sink.max_bytes)
                        self._referred.update(persons_in(entity, row))
        except BaseException:
            listing.rows.close()
            raise
        return listing

    async def _agrees(self, entity: str, listing: _Listing) -> bool:
        """Whether a second count finds the same, but for what the register says has happened meanwhile."""
        gone = set(listing.tally.ids)
        listing.added.clear()
        size = 0
        try:
            async for rows, _ in self._client.pages(entity, max(1, self._size * 2 // 3)):
                gone.difference_update(row["id"] for row in rows)
                unseen = [row for row in rows if row["id"] not in listing.tally.ids]
                listing.added += unseen
                size += sum(len(orjson.dumps(row)) for row in unseen)
                if size > _MOST_UNSEEN:
                    return False
        except PageLost:
            return False
        fresh = {row["id"]: row for row in listing.added}
        listing.added[:] = fresh.values()
        if not gone and not fresh:
            return True
        if not all(self._is_new(row) for row in listing.added) or not gone <= await self._deleted(entity, bool(gone)):
            return False
        listing.left_out |= gone
        for row in listing.added:
            listing.tally.take(row)
            self._referred.update(persons_in(entity, row))
        return True

    def _is_new(self, row: Row) -> bool:
        at, started = changed_at(row), self._done.started
        return at is not None and started is not None and at >= started - OVERLAP

    async def _deleted(self, entity: str, is_asked: bool) -> set[str]:
        started = self._done.started
        if not is_asked or started is None:
            return set()
        try:
            found, _ = await self._client.deletions((started - OVERLAP).isoformat())
        except (NotPermitted, TooMuch):
            return set()
        return found.get(entity, set())

    async def _look_up(self, persons: _Listing) -> None:
        """Ask for persons that others refer to and that the listing did not tell."""
        missing = sorted(self._referred - persons.tally.ids)[:_LOOKED_UP]
        found: list[Row] = []
        try:
            for start in range(0, len(missing), _LOOKUP_SIZE):
                wanted = set(missing[start : start + _LOOKUP_SIZE])
                found += [
                    row async for row in self._client.lookup("persons", sorted(wanted)) if row.get("id") in wanted
                ]
        except (NotPermitted, FetchFailed):
            return  # a register need not offer it; the references are findings then
        if not all(self._is_new(row) for row in found):
            self._done.unproved.append("persons")
        for row in found:
            if persons.tally.take(row):
                persons.added.append(row)
        self._done.proof["persons"]["lookedUp"] = len(found)


async def _content(listing: _Listing) -> AsyncIterator[bytes]:
    """The rows of a listing as lines."""
    listing.rows.seek(0)
    rest = b""
    while piece := listing.rows.read(256 * 1024):
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        if listing.left_out:
            lines = [line for line in lines if orjson.loads(line)["id"] not in listing.left_out]
        yield b"".join(line + b"\n" for line in lines)
    for row in listing.added:
        yield orjson.dumps(row) + b"\n"
