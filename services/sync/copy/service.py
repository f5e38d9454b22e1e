"""Copies of registers: which are left, which should be gone, and making them go."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.copy.errors import CopyAlreadyPurged, CopyElsewhere, CopyNeeded
from services.sync.copy.repository import CopyRepository
from services.sync.upload.service import UploadService
from shared.contracts.sync_source import CopiesCounted
from shared.kit import clock
from shared.kit.files import FileStore
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish

_BATCH = 100


class CopyService:
    """The copies of the session's tenant."""

    def __init__(self, session: AsyncSession, store: FileStore) -> None:
        self._session = session
        self._store = store
        self._copies = CopyRepository(session)
        self._uploads = UploadService(session)

    async def get(self, copy_id: UUID) -> Row[Any]:
        """Raises NotFound."""
        return await self._copies.get(copy_id)

    async def list_before(self, is_open: bool | None, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
        """The newest first."""
        return await self._copies.list_before(is_open, before, limit)

    async def erase(self, copy_id: UUID, reason: str, by: UUID) -> Row[Any]:
        """Erase a copy before its time. Raises NotFound, CopyAlreadyPurged, CopyElsewhere, CopyNeeded."""
        copy = await self._copies.get(copy_id)
        if copy.purged_at is not None:
            raise CopyAlreadyPurged(purgedAt=copy.purged_at.isoformat())
        if copy.file_id is None:
            raise CopyElsewhere()
        upload = (await self._uploads.of_files([copy.file_id])).get(copy.file_id)
        if upload is not None and await self._uploads.is_needed(upload):
            raise CopyNeeded()
        if upload is not None:
            await self._uploads.purge(upload.id, self._store, by)
        else:
            await self._store.delete(self._session, copy.file_id, by=by)
            await self._copies.note_erased(clock.now())
        await record(self._session, "copy.erase", "file_copy_log", copy_id, reason=reason)
        await self.tell()
        return await self._copies.get(copy_id)

    async def purge(self, superseded_days: int) -> int:
        """Erase what a newer delivery replaced and what has been kept long enough; how many files went."""
        now = clock.now()
        replaced = await self._uploads.superseded(now - timedelta(days=superseded_days))
        for upload_id in replaced:
            await self._uploads.purge(upload_id, self._store)
        gone = len(replaced)
        while expired := await self._store.purge_expired(self._session, _BATCH):
            gone += len(expired)
        await self._copies.note_erased(now)
        await self.tell()
        return gone

    async def tell(self) -> None:
        """Let those who wait for the last copy to go hear how many are left."""
        await self._session.flush()
        left, overdue = await self._copies.count(clock.now())
        await publish(self._session, CopiesCounted(count_id=new_id(), open=left, overdue=overdue))
