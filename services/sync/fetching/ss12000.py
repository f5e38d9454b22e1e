"""The connector for registers of SS12000:2020 (2.1): everything at first and once a week, changes in between."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.sync.fetching.connector import Fetch, Fetched, Probed
from services.sync.fetching.errors import SourceRefused
from services.sync.fetching.ss12000_changes import Changes, NeedsWhole, merge, pull_changes
from services.sync.fetching.ss12000_client import NotPermitted, RegisterClient
from services.sync.fetching.ss12000_rows import ENTITIES, OVERLAP, Tally, moment, watermark
from services.sync.fetching.ss12000_whole import Whole, WholePull
from services.sync.source.connectors import Ss12000

SEEN = "seen.json"
_VITAL = ("organisations", "persons")


class Ss12000Connector:
    """Brings a package with one NDJSON file per endpoint. What an endpoint does not open to us is no file."""

    async def fetch(self, fetch: Fetch) -> Fetched:
        """A whole delivery: pulled, or the one before with what has changed."""
        settings = _settings(fetch)
        client = RegisterClient(fetch.egress, settings, fetch.credentials)
        reason = _why_whole(fetch, settings)
        if not reason and fetch.previous is not None:
            with Changes() as changes:
                try:
                    await pull_changes(fetch, client, settings.page_size, fetch.previous, changes)
                except NeedsWhole as error:
                    reason = error.reason
                else:
                    return await _merged(fetch, changes)
        whole = await WholePull(fetch, client, settings.page_size).run()
        return await _pulled(fetch, whole, reason)

    async def probe(self, fetch: Fetch) -> Probed:
        """Which endpoints answer us."""
        settings = _settings(fetch)
        client = RegisterClient(fetch.egress, settings, fetch.credentials)
        seen: dict[str, Any] = {}
        for entity in ENTITIES:
            try:
                await client.call("GET", f"/{entity}?limit=1")
            except NotPermitted:
                seen[entity] = False
            else:
                seen[entity] = True
        if not any(seen.values()):
            raise SourceRefused(httpStatus=403)
        return Probed(seen)


def _settings(fetch: Fetch) -> Ss12000:
    if not isinstance(fetch.settings, Ss12000):
        raise TypeError("these are settings of another connector")
    return fetch.settings


def _why_whole(fetch: Fetch, settings: Ss12000) -> str:
    """Why everything is pulled; empty where changes will do."""
    if not settings.is_incremental:
        return "declared so"
    last = moment(str(fetch.memory.get("wholeAt", "")))
    if fetch.previous is None or last is None:
        return "no pull of ours to add to"
    return "the weekly one" if fetch.now - last >= timedelta(hours=settings.whole_every_hours) else ""


async def _pulled(fetch: Fetch, whole: Whole, reason: str) -> Fetched:
    refused = [entity for entity in _VITAL if entity in whole.forbidden]
    if refused:
        raise SourceRefused(httpStatus=403, endpoints=refused)
    tallies = whole.tallies
    seen = set(fetch.memory.get("seen", ())) | {name for tally in tallies.values() for name in tally.seen}
    await _note_seen(fetch, seen)
    incomplete = _kinds([*whole.forbidden, *whole.unproved])
    marks = _watermarks({}, tallies, whole.started or fetch.now)
    # Where the register tells no time of its own: the newest change that it told of anything.
    mark = whole.started - OVERLAP if whole.started else None
    memory = {
        "watermarks": marks,
        "deletedAfter": mark.isoformat() if mark else max(marks.values(), default=None),
        "wholeAt": fetch.now.isoformat(),
        "seen": sorted(seen),
        "day": _day(fetch),
        "incomplete": sorted(incomplete),
    }
    proof = {"whole": True, "why": reason, "endpoints": whole.proof, "notPermitted": whole.forbidden}
    notes = [f"not permitted: {entity}" for entity in whole.forbidden]
    notes += [f"could not be proved complete: {entity}" for entity in dict.fromkeys(whole.unproved)]
    return Fetched(proof=proof, incomplete=incomplete, memory=memory, notes=tuple(notes))


async def _merged(fetch: Fetch, changes: Changes) -> Fetched:
    memory = dict(fetch.memory)
    seen = set(memory.get("seen", ())) | {name for tally in changes.tallies.values() for name in tally.seen}
    memory["seen"] = sorted(seen)
    asked = changes.started or fetch.now
    memory["watermarks"] = _watermarks(memory.get("watermarks") or {}, changes.tallies, asked)
    if changes.started is not None:
        memory["deletedAfter"] = (changes.started - OVERLAP).isoformat()
    incomplete = frozenset(memory.get("incomplete", ()))
    proof: dict[str, Any] = {"whole": False, **changes.proof}
    # What holds today may differ from what held yesterday, although nothing was changed.
    is_same_day = memory.get("day") == _day(fetch)
    memory["day"] = _day(fetch)
    if fetch.previous is None or (changes.is_empty and is_same_day):
        return Fetched(proof=proof, incomplete=incomplete, memory=memory, is_unchanged=True)
    counts = await merge(fetch, fetch.previous, changes)
    await _note_seen(fetch, seen)
    return Fetched(proof=proof | {"objects": counts}, incomplete=incomplete, memory=memory)


async def _note_seen(fetch: Fetch, seen: Iterable[str]) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield orjson.dumps({"tables": sorted(seen), "day": _day(fetch)})

    await fetch.sink.add(SEEN, content())


def _day(fetch: Fetch) -> str:
    return fetch.now.date().isoformat()


def _kinds(entities: Iterable[str]) -> frozenset[str]:
    return frozenset(kind for entity in entities for kind in ENTITIES[entity])


def _watermarks(before: dict[str, str], tallies: dict[str, Tally], asked: datetime) -> dict[str, str]:
    """Where to go on per endpoint: never back, also where the overlap told nothing newer."""
    marks = dict(before)
    for entity, tally in tallies.items():
        mark = watermark(tally.newest, asked)
        if mark and mark > marks.get(entity, ""):
            marks[entity] = mark
    return marks
