"""Every statement about the log of copies, beyond what the file store does itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.db import tenant_of
from shared.kit.problems import NotFound

_COLUMNS = "id, file_id, what, place, encrypted, created_by, created_at, purge_due, purged_at, purged_by, proof"
_GET = f"SELECT {_COLUMNS} FROM file_copy_log WHERE tenant_id = :tenant AND id = :id"
_LIST = f"""
SELECT {_COLUMNS} FROM file_copy_log
WHERE tenant_id = :tenant AND (CAST(:before AS uuid) IS NULL OR id < :before)
  AND (CAST(:open AS boolean) IS NULL OR (purged_at IS NULL) = :open)
ORDER BY id DESC LIMIT :limit
"""
_COUNT = """
SELECT count(*) AS open, count(*) FILTER (WHERE purge_due < :now) AS overdue
FROM file_copy_log WHERE tenant_id = :tenant AND purged_at IS NULL
"""
# An upload whose file went with its retention says so itself.
_ERASED = """
UPDATE upload u SET state = 'erased', version = u.version + 1, updated_at = :now FROM stored_file f
WHERE u.tenant_id = :tenant AND f.tenant_id = u.tenant_id AND f.id = u.file_id
  AND u.state = 'stored' AND f.state = 'deleted'
"""


class CopyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def get(self, copy_id: UUID) -> Row[Any]:
        """Raises NotFound."""
        row = (await self._session.execute(text(_GET), {"tenant": self._tenant, "id": copy_id})).first()
        if row is None:
            raise NotFound()
        return row

    async def list_before(self, is_open: bool | None, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
        """The newest first."""
        values = {"tenant": self._tenant, "open": is_open, "before": before, "limit": limit}
        return (await self._session.execute(text(_LIST), values)).all()

    async def count(self, now: datetime) -> tuple[int, int]:
        """Copies that are left, and those of them that should be gone."""
        row = (await self._session.execute(text(_COUNT), {"tenant": self._tenant, "now": now})).one()
        return row.open, row.overdue

    async def note_erased(self, now: datetime) -> None:
        """Uploads whose file is gone say so."""
        await self._session.execute(text(_ERASED), {"tenant": self._tenant, "now": now})
