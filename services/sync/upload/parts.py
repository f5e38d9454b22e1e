"""What has arrived of an upload that is not whole yet.

Each part is a file of the store: encrypted under a key of its own, in the log of copies, and gone after two days when
nobody goes on. No run ever sees one: parts become the content of the upload only all together, by its checksum.
"""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.upload.errors import UploadInTooManyParts, UploadOffsetDiffers
from services.sync.upload.models import Upload, UploadPart
from services.sync.upload.service import Keeping, UploadService
from shared.kit.files import DataClass, forget_file
from shared.kit.ids import new_id

MAX_PARTS = 2000
KEPT_DAYS = 2


class UploadParts:
    """The parts of one awaiting upload, whose row is locked; `by` sends them."""

    def __init__(self, session: AsyncSession, upload: Upload, keeping: Keeping, by: UUID | None) -> None:
        self._session = session
        self._upload = upload
        self._keeping = keeping
        self._by = by

    def check_offset(self, offset: int) -> None:
        """Raises UploadOffsetDiffers where another byte is awaited."""
        if offset != self._upload.received:
            received = str(self._upload.received)
            raise UploadOffsetDiffers(headers={"Upload-Offset": received}, offset=self._upload.received)

    async def add(self, pieces: AsyncIterator[bytes]) -> None:
        """Keep what follows. Raises UploadInTooManyParts, files.FileTooLarge."""
        if len(await self._parts()) >= MAX_PARTS:
            raise UploadInTooManyParts(maxParts=MAX_PARTS)
        upload = self._upload
        stored = await self._keeping.store.write(
            self._session,
            pieces,
            media_type="application/offset+octet-stream",
            data_class=DataClass.sensitive,
            max_bytes=upload.size - upload.received,
            retention_days=KEPT_DAYS,
            created_by=self._by,
        )
        part = UploadPart(
            tenant_id=upload.tenant_id,
            id=new_id(),
            upload_id=upload.id,
            first=upload.received,
            size=stored.size,
            file_id=stored.id,
        )
        self._session.add(part)
        upload.received += stored.size
        await self._session.flush()

    async def finish(self, rest: AsyncIterator[bytes]) -> None:
        """Make all parts and `rest` the content of the upload. Raises as `UploadService.fill` does."""
        parts = await self._parts()

        async def whole() -> AsyncIterator[bytes]:
            for part in parts:
                async for piece in self._keeping.store.read(self._session, part.file_id):
                    yield piece
            async for piece in rest:
                yield piece

        await UploadService(self._session).fill(self._upload, whole(), self._keeping, self._by)
        await self.forget()

    async def forget(self) -> None:
        """Begin anew: destroy what has arrived."""
        for part in await self._parts():
            await self._session.delete(part)
            await forget_file(self._session, part.file_id)
        self._upload.received = 0
        await self._session.flush()

    async def _parts(self) -> Sequence[UploadPart]:
        """From the first byte on."""
        own = UploadPart.tenant_id == self._upload.tenant_id, UploadPart.upload_id == self._upload.id
        return (await self._session.exec(select(UploadPart).where(*own).order_by(col(UploadPart.first)))).all()
