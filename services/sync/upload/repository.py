"""Every statement about uploads."""

from collections.abc import Sequence
from uuid import UUID

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

    async def of_ids(self, upload_ids: Sequence[UUID]) -> Sequence[Upload]:
        query = select(Upload).where(
            Upload.tenant_id == tenant_of(self._session), col(Upload.id).in_(list(upload_ids))
        )
        return (await self._session.exec(query)).all()

    async def role_of(self, upload: Upload) -> str | None:
        """Of its declared source, or of the one whose key it carries; None where nobody declared one."""
        query = select(Source.role).where(Source.tenant_id == tenant_of(self._session))
        query = query.where(Source.id == upload.source_id if upload.source_id else Source.key == upload.source)
        return (await self._session.exec(query)).one_or_none()

    async def newest_of(self, source_id: UUID) -> Upload | None:
        query = select(Upload).where(
            Upload.tenant_id == tenant_of(self._session), Upload.source_id == source_id, Upload.state == "stored"
        )
        return (await self._session.exec(query.order_by(col(Upload.id).desc()).limit(1))).one_or_none()

    async def list_before(self, before: UUID | None, limit: int) -> Sequence[Upload]:
        """The newest first."""
        query = select(Upload).where(Upload.tenant_id == tenant_of(self._session))
        if before is not None:
            query = query.where(Upload.id < before)
        return (await self._session.exec(query.order_by(col(Upload.id).desc()).limit(limit))).all()
