"""The copy log: one row for every copy of live personal data, here or elsewhere, until somebody proves it purged.

Requirement: the COPY LOG invariant of the migration rules. Phase 5 may not close while a row is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.problems import NotFound


@dataclass(frozen=True)
class Copy:
    """One copy. `what` and `place` are words for people and never name a person."""

    id: UUID
    file_id: UUID | None
    what: str
    place: str
    encrypted: bool
    created_at: datetime
    purge_due: datetime
    purged_at: datetime | None


@dataclass(frozen=True)
class NewCopy:
    """A copy to log; `file_id` names the stored file that it was made of, if any. `purge_due` is an instant."""

    what: str
    place: str
    encrypted: bool
    purge_due: datetime
    file_id: UUID | None = None
    created_by: UUID | None = None


class CopyLog:
    """The log of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, copy: NewCopy) -> UUID:
        """Log a copy that was just made; returns the id by which it is purged."""
        copy_id = new_id()
        values = vars(copy) | {"tenant": tenant_of(self._session), "id": copy_id, "now": clock.now()}
        await self._session.execute(text(_INSERT), values)
        return copy_id

    async def open(self, limit: int = 200) -> list[Copy]:
        """The copies that still exist, the one due first at the top."""
        rows = await self._session.execute(text(_OPEN), {"limit": limit})
        return [_copy(row) for row in rows]

    async def mark_purged(self, copy_id: UUID, *, by: UUID | None = None, proof: str | None = None) -> None:
        """State that a copy is gone, who did it and where the proof lies. Raises NotFound unless it was open."""
        values = {"id": copy_id, "now": clock.now(), "by": by, "proof": proof}
        row = await self._session.execute(text(_PURGE_ONE), values)
        if row.first() is None:
            raise NotFound()

    async def mark_files_purged(self, file_ids: Sequence[UUID], *, place: str, by: UUID | None = None) -> None:
        """Close the rows of stored files at one place; other places keep theirs."""
        values = {"files": list(file_ids), "place": place, "now": clock.now(), "by": by}
        await self._session.execute(text(_PURGE_FILE), values)


def _copy(row: Row[tuple[object, ...]]) -> Copy:
    return Copy(**row._asdict())


_INSERT = """
INSERT INTO file_copy_log (tenant_id, id, file_id, what, place, encrypted, created_by, created_at, purge_due)
VALUES (:tenant, :id, :file_id, :what, :place, :encrypted, :created_by, :now, :purge_due)
"""
_OPEN = """
SELECT id, file_id, what, place, encrypted, created_at, purge_due, purged_at FROM file_copy_log
WHERE purged_at IS NULL ORDER BY purge_due, id LIMIT :limit
"""
_PURGE_ONE = """
UPDATE file_copy_log SET purged_at = :now, purged_by = :by, proof = :proof
WHERE id = :id AND purged_at IS NULL RETURNING id
"""
_PURGE_FILE = """
UPDATE file_copy_log SET purged_at = :now, purged_by = :by, proof = 'key destroyed'
WHERE file_id = ANY (:files) AND place = :place AND purged_at IS NULL
"""
