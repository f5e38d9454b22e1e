"""Every statement about uploads."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.source.models import Source
from services.sync.upload.models import Upload
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound


class UploadRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, upload: Upload) -> None:
        self._session.add(upload)

    async def get(self, upload_id: UUID, *, lock: bool = False) -> Upload:
        """Raises NotFound."""
        query = select(Upload).where(Upload.tenant_id == tenant_of(self._session), Upload.id == upload_id)
        query = query.with_for_update() if lock else query
        upload = (await self._session.exec(query)).one_or_none()
        if upload is None:
            raise NotFound()
        return upload

    async def of_files(self, file_ids: Sequence[UUID]) -> Sequence[Upload]:
        query = select(Upload).where(
            Upload.tenant_id == tenant_of(self._session), col(Upload.file_id).in_(list(file_ids))
        )
        return (await self._session.exec(query)).all()

    async def is_needed(self, upload_id: UUID) -> bool:
        values = {"tenant": tenant_of(self._session), "upload": upload_id}
        return bool(await self._session.scalar(text(_NEEDED), values))

    async def superseded(self, before: datetime) -> Sequence[UUID]:
        values = {"tenant": tenant_of(self._session), "before": before}
        return (await self._session.scalars(text(_SUPERSEDED), values)).all()

    async def of_ids(self, upload_ids: Sequence[UUID]) -> Sequence[Upload]:
        query = select(Upload).where(Upload.tenant_id == tenant_of(self._session), col(Upload.id).in_(list(upload_ids)))
        return (await self._session.exec(query)).all()

    async def role_of(self, upload: Upload) -> str | None:
        """Of its declared source, or of the one whose key it carries; None where nobody declared one."""
        query = select(Source.role).where(Source.tenant_id == tenant_of(self._session))
        query = query.where(Source.id == upload.source_id if upload.source_id else Source.key == upload.source)
        return (await self._session.exec(query)).one_or_none()

    async def platforms(self) -> frozenset[UUID | str]:
        """Ids and keys of the sources that are platforms."""
        query = select(Source.id, Source.key).where(
            Source.tenant_id == tenant_of(self._session), Source.role == "platform"
        )
        return frozenset(name for row in (await self._session.exec(query)).all() for name in row)

    async def newest_of(self, key: str) -> Upload | None:
        query = select(Upload).where(
            Upload.tenant_id == tenant_of(self._session), Upload.source == key, Upload.state == "stored"
        )
        # What was announced first may have come last; nothing touches an upload between storing and erasing it.
        newest = query.order_by(col(Upload.updated_at).desc(), col(Upload.id).desc())
        return (await self._session.exec(newest.limit(1))).one_or_none()

    async def list_before(self, before: UUID | None, limit: int) -> Sequence[Upload]:
        """The newest first."""
        query = select(Upload).where(Upload.tenant_id == tenant_of(self._session))
        if before is not None:
            query = query.where(Upload.id < before)
        return (await self._session.exec(query.order_by(col(Upload.id).desc()).limit(limit))).all()


_NEEDED = """
SELECT EXISTS (SELECT FROM run WHERE tenant_id = :tenant AND upload_id = :upload
               AND state IN ('queued', 'planned', 'applying'))
"""
# The newest delivery of a source stays: what a register tells later is added to it.
_SUPERSEDED = """
SELECT u.id FROM upload u JOIN source s ON s.tenant_id = u.tenant_id AND s.id = u.source_id
WHERE u.tenant_id = :tenant AND u.state = 'stored' AND u.created_at < :before
  AND EXISTS (SELECT FROM upload v WHERE v.tenant_id = u.tenant_id AND v.source_id = u.source_id
              AND v.state = 'stored' AND v.id > u.id
              AND (s.role = 'platform' OR EXISTS (SELECT FROM run r WHERE r.tenant_id = v.tenant_id
                                                  AND r.upload_id = v.id AND r.state = 'applied')))
  AND NOT EXISTS (SELECT FROM run r WHERE r.tenant_id = u.tenant_id AND r.upload_id = u.id
                  AND r.state IN ('queued', 'planned', 'applying'))
ORDER BY u.id
"""
