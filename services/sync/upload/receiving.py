"""Takes in the content of an upload, in one request or in several, and keeps what has arrived when a sender is gone.

While a request goes on, nothing is held but a spool; every few seconds what is in it becomes a part, in a transaction
of its own, so that a sender, this process or the machine may go away at any time. A request that is shorter than that,
and whole, is written once.
"""

import base64
import binascii
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.upload.errors import UploadBrokenOff, UploadIncomplete, UploadPartDamaged, UploadPartUnsound
from services.sync.upload.models import Upload
from services.sync.upload.parts import UploadParts
from services.sync.upload.service import Keeping, UploadService
from shared.kit.files import ChecksumMismatch, Spool, spooled

KEPT_EVERY_SECONDS = 5.0


@dataclass(frozen=True)
class Receiver:
    """Where it goes to. `open` begins a transaction of the sender's tenant."""

    open: Callable[[], AbstractAsyncContextManager[AsyncSession]]
    keeping: Keeping
    upload_id: UUID
    version: int
    by: UUID

    async def whole(self, stream: AsyncIterator[bytes]) -> Upload:
        """All of it in one request, from the first byte. What broke off can be gone on with by `append`.

        Raises NotFound, StaleVersion, UploadAlreadyStored, UploadBrokenOff, UploadIncomplete, files.ChecksumMismatch,
        files.FileTooLarge.
        """
        async with self.open() as session:
            upload = await UploadService(session).awaiting(self.upload_id, self.version, lock=True)
            await self._parts(session, upload).forget()
        upload = await self._take_in(_Arriving(stream, None), upload.size, 0)
        if upload.state != "stored":
            await self._forget()
            raise UploadIncomplete(received=upload.received, announced=upload.size)
        return upload

    async def append(self, stream: AsyncIterator[bytes], offset: int, checksum: str | None) -> Upload:
        """What begins at byte `offset`; the last of it makes the upload whole. As tus 1.0.0 wants it.

        Raises what `whole` raises, UploadOffsetDiffers, UploadPartUnsound and UploadPartDamaged. With a checksum the
        request is kept as a whole or not at all.
        """
        async with self.open() as session:
            upload = await UploadService(session).awaiting(self.upload_id, self.version)
            self._parts(session, upload).check_offset(offset)
        return await self._take_in(_Arriving(stream, checksum), upload.size, offset)

    async def _take_in(self, arriving: "_Arriving", size: int, offset: int) -> Upload:
        while True:
            async with spooled(arriving.some(), size - offset) as spool:
                arriving.check()
                upload = await self._keep(spool, offset, arriving)
            offset = upload.received
            if arriving.is_broken:
                raise UploadBrokenOff()
            if arriving.is_over or upload.state == "stored":
                return upload

    async def _keep(self, spool: Spool, offset: int, arriving: "_Arriving") -> Upload:
        try:
            async with self.open() as session:
                upload = await UploadService(session).awaiting(self.upload_id, self.version, lock=True)
                parts = self._parts(session, upload)
                parts.check_offset(offset)
                if offset + arriving.taken == upload.size:
                    await parts.finish(spool.pieces())
                elif arriving.taken:
                    await parts.add(spool.pieces())
        except ChecksumMismatch:
            await self._forget()
            raise
        return upload

    async def _forget(self) -> None:
        """What has arrived is not what was announced: going on from it would never make it whole."""
        async with self.open() as session:
            upload = await UploadService(session).awaiting(self.upload_id, self.version, lock=True)
            await self._parts(session, upload).forget()

    def _parts(self, session: AsyncSession, upload: Upload) -> UploadParts:
        return UploadParts(session, upload, self.keeping, self.by)


class _Arriving:
    """A body that comes in: cut into what arrives within some seconds, unless a checksum stands for the whole.

    `taken` is the length of the newest piece, `is_over` and `is_broken` how it ended.
    """

    def __init__(self, stream: AsyncIterator[bytes], checksum: str | None) -> None:
        self._stream = stream
        self._expected = None if checksum is None else _digest_of(checksum)
        self._digest = hashlib.sha256()
        self.taken = 0
        self.is_over = self.is_broken = False

    async def some(self) -> AsyncIterator[bytes]:
        """What arrives until it is time to keep it."""
        until, self.taken = time.monotonic() + KEPT_EVERY_SECONDS, 0
        try:
            async for piece in self._stream:
                self.taken += len(piece)
                if self._expected is not None:
                    self._digest.update(piece)
                yield piece
                if self._expected is None and time.monotonic() >= until:
                    return
        except UploadBrokenOff:
            self.is_broken = True
        self.is_over = True

    def check(self) -> None:
        """Raises UploadPartDamaged where the checksum is another; UploadBrokenOff where it cannot be told."""
        if self._expected is None:
            return
        if self.is_broken:
            raise UploadBrokenOff()
        if self._digest.digest() != self._expected:
            raise UploadPartDamaged()


def _digest_of(checksum: str) -> bytes:
    """`sha256 <base64>`, as the checksum extension of tus writes it."""
    name, _, value = checksum.strip().partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if name.lower() != "sha256" or len(digest) != hashlib.sha256().digest_size:
        raise UploadPartUnsound.at("Upload-Checksum", "sha256, a space, and the digest in base64")
    return digest
