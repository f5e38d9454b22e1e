"""Write, read and forget files. Runs wholly in the caller's transaction and tenant; never holds a whole file."""

import hashlib
from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from typing import NotRequired, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.files.cipher import ChunkCipher, FileKeys, WrappedKey
from shared.kit.files.copies import CopyLog, NewCopy
from shared.kit.files.errors import ChecksumMismatch, FileDamaged, FileGone, FileMissing, FileTooLarge
from shared.kit.files.stored import DataClass, FileState, StoredFile
from shared.kit.ids import new_id
from shared.kit.keyring import every_key
from shared.kit.text import Text

CHUNK_BYTES = 512 * 1024
# Asking for them one by one takes longer than opening them.
_AT_ONCE = 4
PLACE = "file store"


class WriteOptions(TypedDict):
    """What the caller must decide about a file. Sizes in bytes; retention runs from now."""

    media_type: str
    data_class: DataClass | str
    max_bytes: int
    retention_days: int
    expected_sha256: NotRequired[str | None]
    created_by: NotRequired[UUID | None]


class FileStore:
    """The store of one service, opened with its file key (32 bytes; others that it knows open too)."""

    def __init__(self, file_key: bytes | FileKeys, *, chunk_bytes: int = CHUNK_BYTES) -> None:
        self._keys = file_key if isinstance(file_key, FileKeys) else FileKeys(bytes(file_key), every_key(file_key)[1:])
        self._chunk_bytes = chunk_bytes

    async def write(
        self, session: AsyncSession, stream: AsyncIterator[bytes], **options: Unpack[WriteOptions]
    ) -> StoredFile:
        """Store what `stream` gives, at most two chunks in memory at a time.

        All or nothing, also for a caller that catches the error: FileTooLarge past `max_bytes`, ChecksumMismatch if
        `expected_sha256` (hexadecimal) is given and differs.
        """
        file_id = new_id()
        async with session.begin_nested():
            cipher = await self._begin(session, file_id, options)
            sha256, size, chunks = await self._write_chunks(session, stream, cipher, options["max_bytes"])
            expected = options.get("expected_sha256")
            if expected is not None and expected.lower() != sha256:
                raise ChecksumMismatch(_MISMATCH.format(sha256=sha256), sha256=sha256)
            values = {"id": file_id, "sha256": sha256, "size": size, "chunks": chunks}
            await session.execute(text(_FINISH), values)
            stored = await self.get(session, file_id)
            await CopyLog(session).add(
                NewCopy(
                    what=f"{stored.media_type}, {stored.data_class}",
                    place=PLACE,
                    encrypted=True,
                    purge_due=stored.retention_until,
                    file_id=file_id,
                    created_by=stored.created_by,
                )
            )
        return stored

    async def get(self, session: AsyncSession, file_id: UUID) -> StoredFile:
        """What is known of a file, erased ones included. Raises FileMissing."""
        return _stored(await _row(session, file_id))

    async def read(self, session: AsyncSession, file_id: UUID) -> AsyncIterator[bytes]:
        """The content in order, a chunk at a time, a few fetched at once; the session must stay open meanwhile.

        Raises FileMissing, FileGone, or FileDamaged, the last one possibly after earlier (good) chunks.
        """
        row = await _row(session, file_id)
        if row.state != FileState.ready:
            raise FileGone()
        cipher = self._keys.open_data_key(WrappedKey(row.key_id, row.wrapped_key), tenant_of(session), file_id)
        for first in range(0, row.chunks, _AT_ONCE):
            wanted = range(first, min(first + _AT_ONCE, row.chunks))
            values = {"file": file_id, "first": wanted[0], "last": wanted[-1]}
            bodies: dict[int, bytes] = dict(iter(await session.execute(text(_CHUNKS), values)))
            for index in wanted:
                if index not in bodies:
                    raise FileDamaged(f"chunk {index} of file {file_id} is missing")
                yield cipher.open(index, bodies.pop(index), last=index == row.chunks - 1)

    async def delete(self, session: AsyncSession, file_id: UUID, *, by: UUID | None = None) -> None:
        """Forget a file: destroy its key, drop its chunks, close its row in the copy log. Idempotent.

        What remains in old row versions and in backups is unreadable once the key's old version is vacuumed or the
        backup that holds it has expired; the row itself stays as evidence that the file existed and when it went.
        """
        await forget_file(session, file_id, by=by)

    async def purge_expired(self, session: AsyncSession, limit: int = 100) -> list[UUID]:
        """Forget at most `limit` files of the session's tenant whose retention has ended; returns their ids."""
        due = await session.scalars(text(_EXPIRED), {"now": clock.now(), "limit": limit})
        expired = list(due)
        for file_id in expired:
            await self.delete(session, file_id)
        return expired

    async def _begin(self, session: AsyncSession, file_id: UUID, options: WriteOptions) -> ChunkCipher:
        tenant = tenant_of(session)
        cipher, wrapped = self._keys.new_data_key(tenant, file_id)
        values = {
            "tenant": tenant,
            "id": file_id,
            "media_type": options["media_type"],
            "data_class": DataClass(options["data_class"]).value,
            "key_id": wrapped.key_id,
            "wrapped_key": wrapped.body,
            "created_by": options.get("created_by"),
            "now": clock.now(),
            "until": clock.now() + timedelta(days=options["retention_days"]),
        }
        await session.execute(text(_BEGIN), values)
        return cipher

    async def _write_chunks(
        self, session: AsyncSession, stream: AsyncIterator[bytes], cipher: ChunkCipher, max_bytes: int
    ) -> tuple[str, int, int]:
        digest = hashlib.sha256()
        size = index = 0
        waiting = bytearray()
        async for part in stream:
            size += len(part)
            if size > max_bytes:
                raise FileTooLarge.past(max_bytes)
            digest.update(part)
            waiting += part
            # The last chunk is sealed as such, so a full chunk waits until something follows it.
            while len(waiting) > self._chunk_bytes:
                await self._put(session, cipher, index, bytes(waiting[: self._chunk_bytes]))
                del waiting[: self._chunk_bytes]
                index += 1
        await self._put(session, cipher, index, bytes(waiting), last=True)
        return digest.hexdigest(), size, index + 1

    async def _put(
        self, session: AsyncSession, cipher: ChunkCipher, index: int, body: bytes, *, last: bool = False
    ) -> None:
        sealed = cipher.seal(index, body, last=last)
        values = {"tenant": tenant_of(session), "file": cipher.file_id, "index": index, "body": sealed}
        await session.execute(text(_PUT), values)


async def forget_file(session: AsyncSession, file_id: UUID, *, by: UUID | None = None) -> None:
    """`FileStore.delete`, for who has no key: destroying needs none."""
    if not await forget_files(session, [file_id], by=by):
        await _row(session, file_id)


async def forget_files(session: AsyncSession, file_ids: Collection[UUID], *, by: UUID | None = None) -> int:
    """The same for many at once; how many there were, those that were gone before not counted."""
    shredded = await session.scalars(text(_SHRED), {"ids": list(file_ids), "now": clock.now()})
    gone = list(shredded)
    if gone:
        await session.execute(text("DELETE FROM stored_file_chunk WHERE file_id = ANY (:ids)"), {"ids": gone})
        await CopyLog(session).mark_files_purged(gone, place=PLACE, by=by)
    return len(gone)


async def _row(session: AsyncSession, file_id: UUID) -> Row[tuple[object, ...]]:
    row = (await session.execute(text(_GET), {"id": file_id})).first()
    if row is None:
        raise FileMissing()
    return row


def _stored(row: Row[tuple[object, ...]]) -> StoredFile:
    return StoredFile(
        id=row.id,
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        data_class=DataClass(row.data_class),
        state=FileState(row.state),
        created_at=row.created_at,
        created_by=row.created_by,
        retention_until=row.retention_until,
    )


_MISMATCH = Text(
    sv="Det som kom fram har SHA-256 {sha256}; skicka filen igen.",
    en="What arrived has SHA-256 {sha256}; send the file again.",
    da="Det, der kom frem, har SHA-256 {sha256}; send filen igen.",
)
_BEGIN = """
INSERT INTO stored_file (tenant_id, id, sha256, size, chunks, media_type, data_class, state, key_id, wrapped_key,
                         created_by, created_at, retention_until)
VALUES (:tenant, :id, '', 0, 0, :media_type, :data_class, 'writing', :key_id, :wrapped_key, :created_by, :now, :until)
"""
_PUT = """
INSERT INTO stored_file_chunk (tenant_id, file_id, index, body) VALUES (:tenant, :file, :index, :body)
"""
_FINISH = "UPDATE stored_file SET sha256 = :sha256, size = :size, chunks = :chunks, state = 'ready' WHERE id = :id"
_GET = "SELECT * FROM stored_file WHERE id = :id"
_CHUNKS = "SELECT index, body FROM stored_file_chunk WHERE file_id = :file AND index BETWEEN :first AND :last"
_SHRED = """
UPDATE stored_file SET state = 'deleted', wrapped_key = NULL, deleted_at = :now
WHERE id = ANY (:ids) AND state <> 'deleted' RETURNING id
"""
_EXPIRED = """
SELECT id FROM stored_file WHERE state = 'ready' AND retention_until <= :now
ORDER BY retention_until LIMIT :limit FOR UPDATE SKIP LOCKED
"""
