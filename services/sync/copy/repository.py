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
# What has arrived of an upload is of no use without its beginning.
_UNBEGUN = """
UPDATE upload u SET received = 0
WHERE u.tenant_id = :tenant AND u.received > 0
  AND EXISTS (SELECT FROM upload_part p JOIN stored_file f ON f.tenant_id = p.tenant_id AND f.id = p.file_id
              WHERE p.tenant_id = u.tenant_id AND p.upload_id = u.id AND f.state = 'deleted')
"""
_LOST_PARTS = """
DELETE FROM upload_part p USING upload u
WHERE p.tenant_id = :tenant AND u.tenant_id = p.tenant_id AND u.id = p.upload_id AND u.received = 0
"""
_PACKAGES = """
UPDATE outbound_delivery d SET file_id = NULL, version = d.version + 1, updated_at = :now FROM stored_file f
WHERE d.tenant_id = :tenant AND f.tenant_id = d.tenant_id AND f.id = d.file_id AND f.state = 'deleted'
"""
_MANIFESTS = """
UPDATE outbound_delivery d SET manifest_id = NULL, version = d.version + 1, updated_at = :now FROM stored_file f
WHERE d.tenant_id = :tenant AND f.tenant_id = d.tenant_id AND f.id = d.manifest_id AND f.state = 'deleted'
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
        """Uploads and packages whose file is gone say so."""
        values = {"tenant": self._tenant, "now": now}
        for statement in (_ERASED, _UNBEGUN, _LOST_PARTS, _PACKAGES, _MANIFESTS):
            await self._session.execute(
                text(statement), {name: values[name] for name in values if f":{name}" in statement}
            )
