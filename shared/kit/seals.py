"""The chain over the journal: links that seal what was written, and the check that nothing was changed since.

A link holds the SHA-256 of each entry that it covers, in order, and a hash over the former link's hash and those; so
one changed, removed or added entry is found and named. Which entries a link covers is told by the transactions that
wrote them (`journal_entry.tx`): all before the oldest one that still runs are complete, which no clock can tell.

The chain proves nothing against someone who rewrites all of it: for that its head leaves the house signed, every day.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.history_sql import COMMITMENT
from shared.kit.ids import new_id

# An entry as its hash sees it: a JSON array in PostgreSQL's own spelling, which follows from the values alone.
_DIGEST = """sha256(convert_to(jsonb_build_array(
    e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.actor_id, e.side, e.client_id,
    e.action, e.entity, e.entity_id, e.before, e.after, e.reason, e.trace, encode(e.commitment, 'hex'), e.tx
)::text, 'UTF8'))"""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('journal:seal:' || CAST(:tenant AS text), 0))")
_HORIZON = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_LINKS = (
    "SELECT id, number, from_tx, to_tx, first_entry, last_entry, entries, digests, hash, sealed_at"
    " FROM journal_seal WHERE tenant_id = :tenant"
)
_CHAIN = text(f"{_LINKS} ORDER BY number")
_HEAD = text(f"{_LINKS} ORDER BY number DESC LIMIT 1")
_COVERED = text(
    f"SELECT count(*) AS entries, string_agg({_DIGEST}, ''::bytea ORDER BY e.tx, e.id) AS digests,"
    " array_agg(e.id ORDER BY e.tx, e.id) AS ids"
    " FROM journal_entry e WHERE e.tenant_id = :tenant AND e.tx >= :from_tx AND e.tx < :to_tx"
)
_INSERT = text(
    "INSERT INTO journal_seal (tenant_id, id, number, from_tx, to_tx, first_entry, last_entry, entries, digests, hash,"
    " sealed_at) VALUES (:tenant, :id, :number, :from_tx, :to_tx, :first_entry, :last_entry, :entries, :digests,"
    " :hash, :sealed_at)"
)
_COUNTS = text(
    "SELECT count(*) AS entries, count(*) FILTER (WHERE tx >= :to_tx) AS unsealed FROM journal_entry"
    " WHERE tenant_id = :tenant"
)
_HAS_IMAGES = text("SELECT to_regclass('public.journal_image') IS NOT NULL")
_REDACTED = text("SELECT count(*) FROM journal_image WHERE tenant_id = :tenant AND redacted_at IS NOT NULL")
_FALSE_IMAGE = text(
    "SELECT e.id, e.entity, e.entity_id FROM journal_entry e"
    " LEFT JOIN journal_image i ON i.tenant_id = e.tenant_id AND i.id = e.id"
    " WHERE e.tenant_id = :tenant AND e.commitment IS NOT NULL"
    f" AND (i.id IS NULL OR i.redacted_at IS NULL AND {COMMITMENT.format(row='i')}"
    " <> e.commitment OR (i.entity, i.entity_id, i.at) <> (e.entity, e.entity_id, e.at)) ORDER BY e.tx, e.id LIMIT 1"
)
_LOOSE_IMAGE = text(
    "SELECT i.id, i.entity, i.entity_id FROM journal_image i WHERE i.tenant_id = :tenant AND NOT EXISTS ("
    "SELECT FROM journal_entry e WHERE e.tenant_id = i.tenant_id AND e.id = i.id AND e.commitment IS NOT NULL)"
    " ORDER BY i.seq LIMIT 1"
)
_PAST_TABLES = text(
    "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('past') AND relkind = 'v' ORDER BY 1"
)
_NOW = text("SELECT set_config('app.as_of', 'infinity', true)")
# A row that was changed behind its trigger's back differs from its last image, unless that was redacted.
_FALSE_ROW = (
    "SELECT coalesce(t.id, p.id) AS entity_id FROM (SELECT * FROM public.{table} WHERE tenant_id = :tenant) t"
    " FULL JOIN (SELECT * FROM past.{table} WHERE tenant_id = :tenant) p ON p.id = t.id"
    " WHERE to_jsonb(t) IS DISTINCT FROM to_jsonb(p) AND NOT EXISTS (SELECT FROM journal_image i WHERE"
    " i.tenant_id = :tenant AND i.entity_id = coalesce(t.id, p.id) AND i.redacted_at IS NOT NULL) LIMIT 1"
)
_EMPTY = bytes(32)


@dataclass(frozen=True)
class Seal:
    """A link of the chain."""

    id: UUID
    number: int
    hash: bytes


@dataclass(frozen=True)
class Broken:
    """The first place where the journal is not as it was sealed.

    `what`: "seal" (the link itself), "entry" (changed, removed or added), "image" (of a row), "row" (a row that is
    not as its last image). The ids name what is known of the place.
    """

    what: str
    seal: int | None = None
    entry_id: UUID | None = None
    entity: str | None = None
    entity_id: UUID | None = None


@dataclass
class Verification:
    """What was checked, and the first broken place or None. `redacted` images were forgotten on a person's demand."""

    entries: int = 0
    unsealed: int = 0
    seals: int = 0
    redacted: int = 0
    head: bytes | None = field(default=None, repr=False)
    broken: Broken | None = None


async def seal(session: AsyncSession) -> Seal | None:
    """Add a link over all entries of the session's tenant that are complete and unsealed; None when there are none."""
    tenant = tenant_of(session)
    await session.execute(_LOCK, {"tenant": str(tenant)})
    former = (await session.execute(_HEAD, {"tenant": tenant})).one_or_none()
    horizon = (await session.execute(_HORIZON)).scalar_one()
    covered = {"from_tx": former.to_tx if former else 0, "to_tx": horizon}
    found = (await session.execute(_COVERED, {"tenant": tenant, **covered})).one()
    if found.entries == 0:
        return None
    made = Seal(new_id(), former.number + 1 if former else 1, _link(former.hash if former else _EMPTY, found.digests))
    values = {"first_entry": found.ids[0], "last_entry": found.ids[-1], "entries": found.entries}
    values |= {"tenant": tenant, "digests": found.digests, "sealed_at": clock.now()}
    await session.execute(_INSERT, {**values, **vars(made), **covered})
    return made


async def head(session: AsyncSession) -> Seal | None:
    """The last link of the session's tenant."""
    found = (await session.execute(_HEAD, {"tenant": tenant_of(session)})).one_or_none()
    return Seal(found.id, found.number, found.hash) if found else None


async def verify(session: AsyncSession) -> Verification:
    """Compute the whole chain of the session's tenant anew, and hold images and rows against it."""
    key = {"tenant": tenant_of(session)}
    links = (await session.execute(_CHAIN, key)).all()
    counts = (await session.execute(_COUNTS, {**key, "to_tx": links[-1].to_tx if links else 0})).one()
    checked = Verification(counts.entries, counts.unsealed, len(links), head=links[-1].hash if links else None)
    checked.broken = await _broken_chain(session, links)
    if (await session.execute(_HAS_IMAGES)).scalar_one():
        checked.redacted = (await session.execute(_REDACTED, key)).scalar_one()
        checked.broken = checked.broken or await _broken_image(session) or await _broken_row(session)
    return checked


def _link(former: bytes, digests: bytes) -> bytes:
    return hashlib.sha256(former + digests).digest()


async def _broken_chain(session: AsyncSession, links: Sequence[Any]) -> Broken | None:
    hash_, end = _EMPTY, 0
    for number, link in enumerate(links, start=1):
        if (link.number, link.from_tx, link.hash) != (number, end, _link(hash_, link.digests)):
            return Broken("seal", seal=number)
        limits = {"tenant": tenant_of(session), "from_tx": link.from_tx, "to_tx": link.to_tx}
        found = (await session.execute(_COVERED, limits)).one()
        if found.digests != link.digests:
            return _broken_entry(link, found)
        hash_, end = link.hash, link.to_tx
    return None


def _broken_entry(link: Any, found: Any) -> Broken:
    """The first entry that is not the one that was sealed in its place."""
    known, now = _parts(link.digests), _parts(found.digests or b"")
    places = (place for place, (was, is_) in enumerate(zip(known, now, strict=False)) if was != is_)
    place = next(places, min(len(known), len(now)))
    if place < len(now):
        return Broken("entry", seal=link.number, entry_id=found.ids[place])
    return Broken("entry", seal=link.number, entry_id=link.last_entry)


def _parts(digests: bytes) -> list[bytes]:
    return [digests[at : at + 32] for at in range(0, len(digests), 32)]


async def _broken_image(session: AsyncSession) -> Broken | None:
    for query in (_FALSE_IMAGE, _LOOSE_IMAGE):
        found = (await session.execute(query, {"tenant": tenant_of(session)})).one_or_none()
        if found is not None:
            return Broken("image", entry_id=found.id, entity=found.entity, entity_id=found.entity_id)
    return None


async def _broken_row(session: AsyncSession) -> Broken | None:
    await session.execute(_NOW)
    for table in (await session.execute(_PAST_TABLES)).scalars().all():
        query = text(_FALSE_ROW.format(table=table))
        found = (await session.execute(query, {"tenant": tenant_of(session)})).scalar_one_or_none()
        if found is not None:
            return Broken("row", entity=table, entity_id=found)
    return None
