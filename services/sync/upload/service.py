"""Uploads: announced with size and checksum, then streamed into the encrypted file store in one transaction."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.reading.mapping import Mapping as Reading
from services.sync.source.models import Source
from services.sync.source.service import reading_of
from services.sync.upload.errors import CustomerTells, UploadAlreadyStored, UploadIncomplete, UploadTooLarge
from services.sync.upload.models import Upload
from services.sync.upload.repository import UploadRepository
from shared.auth import Principal, Side
from shared.kit.db import tenant_of
from shared.kit.files import DataClass, FileStore
from shared.kit.journal import record
from shared.queue import start_job
from shared.web.preconditions import check_version

PURGE_JOB = "upload-purge"


@dataclass(frozen=True)
class NewUpload:
    """What a caller announces. `size` in bytes, `sha256` in hexadecimal."""

    kind: str
    source: str
    mapping: Reading
    size: int
    sha256: str
    source_id: UUID | None = None

    @classmethod
    def of(cls, source: Source, size: int, sha256: str) -> "NewUpload":
        """A delivery from a declared source."""
        return cls(source.kind, source.key, reading_of(source), size, sha256, source.id)


@dataclass(frozen=True)
class Proved:
    """What whoever fetched a delivery can show: numbers, and the kinds of rows that may not all be there."""

    proof: Mapping[str, Any] = field(default_factory=dict)
    incomplete: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Keeping:
    """Where and how long contents are kept, and how large they may be."""

    store: FileStore
    max_bytes: int
    retention_days: int


class UploadService:
    """Uploads of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._uploads = UploadRepository(session)

    async def declare(self, new: NewUpload, declared_by: UUID | None, max_bytes: int) -> Upload:
        """Raises UploadTooLarge before a byte is sent."""
        if new.size > max_bytes:
            raise UploadTooLarge(maxBytes=max_bytes)
        upload = Upload(
            tenant_id=tenant_of(self._session),
            kind=new.kind,
            source=new.source,
            mapping=new.mapping.model_dump(mode="json", by_alias=True),
            size=new.size,
            sha256=new.sha256.lower(),
            declared_by=declared_by,
            source_id=new.source_id,
        )
        self._uploads.add(upload)
        await record(self._session, "upload.declare", "upload", upload.id, after={"size": new.size})
        return upload

    async def keep(
        self, new: NewUpload, proved: Proved, content: AsyncIterator[bytes], keeping: Keeping, by: UUID | None
    ) -> Upload:
        """Store what was fetched from a declared source. Errors as `declare` and `fill`."""
        upload = await self.declare(new, by, keeping.max_bytes)
        upload.proof, upload.incomplete = dict(proved.proof), sorted(proved.incomplete)
        await self._session.flush()
        return await self.fill(upload, content, keeping, by)

    async def newest_of(self, key: str) -> Upload | None:
        """The delivery of a source whose content came last of those that are held, whoever named the source how."""
        return await self._uploads.newest_of(key)

    async def of_files(self, file_ids: Sequence[UUID]) -> dict[UUID | None, Upload]:
        """The uploads that these files are the content of, by file."""
        return {upload.file_id: upload for upload in await self._uploads.of_files(file_ids)}

    async def is_needed(self, upload: Upload) -> bool:
        """Whether a run of it has still to be read or approved."""
        return await self._uploads.is_needed(upload.id)

    async def superseded(self, before: datetime) -> Sequence[UUID]:
        """Deliveries from before `before` that a newer one of the same source has replaced in the roster."""
        return await self._uploads.superseded(before)

    async def of_ids(self, upload_ids: Sequence[UUID]) -> dict[UUID | None, Upload]:
        """Those that there are, by id."""
        return {upload.id: upload for upload in await self._uploads.of_ids(upload_ids)}

    async def is_of_platform(self, upload: Upload) -> bool:
        """Whether it is what a platform holds: compared with the roster, never applied to it."""
        return await self._uploads.role_of(upload) == "platform"

    async def untold(self, caller: Principal) -> frozenset[UUID | str]:
        """Ids and keys of the sources whose deliveries the caller must not make up: platforms, but for the customer."""
        return frozenset() if caller.side is Side.customer else await self._uploads.platforms()

    async def check_teller(self, caller: Principal, upload: Upload | NewUpload) -> None:
        """Raises CustomerTells."""
        if problem := problem_with_telling(upload, await self.untold(caller)):
            raise problem

    async def get(self, upload_id: UUID, *, lock: bool = False) -> Upload:
        return await self._uploads.get(upload_id, lock=lock)

    async def awaiting(self, upload_id: UUID, version: int, *, lock: bool = False) -> Upload:
        """An upload whose content is still to come. Raises NotFound, StaleVersion, UploadAlreadyStored."""
        upload = await self._uploads.get(upload_id, lock=lock)
        check_version(version, upload.version)
        if problem := problem_with_sending(upload):
            raise problem
        return upload

    async def list_before(self, before: UUID | None, limit: int) -> Sequence[Upload]:
        return await self._uploads.list_before(before, limit)

    async def fill(self, upload: Upload, stream: AsyncIterator[bytes], keeping: Keeping, by: UUID | None) -> Upload:
        """Store the content of an awaiting upload, all or nothing. Raises UploadIncomplete, files.ChecksumMismatch."""
        stored = await keeping.store.write(
            self._session,
            stream,
            media_type="application/zip" if upload.kind == "oneroster_zip" else "application/octet-stream",
            data_class=DataClass.sensitive,  # it may tell who is protected
            max_bytes=min(upload.size, keeping.max_bytes),
            retention_days=keeping.retention_days,
            expected_sha256=upload.sha256,
            created_by=by,
        )
        if stored.size != upload.size:
            raise UploadIncomplete(received=stored.size, announced=upload.size)
        upload.file_id, upload.state = stored.id, "stored"
        upload.touch()
        await record(self._session, "upload.store", "upload", upload.id, after={"sha256": upload.sha256})
        retention = timedelta(days=keeping.retention_days)
        await start_job(self._session, PURGE_JOB, {"uploadId": upload.id}, after=retention, created_by=by)
        return upload

    async def purge(self, upload_id: UUID, store: FileStore, by: UUID | None = None) -> None:
        """Erase the content; the upload stays as a record without it. Idempotent."""
        upload = await self._uploads.get(upload_id, lock=True)
        if upload.state == "erased":
            return
        await store.delete(self._session, stored_file(upload), by=by)
        upload.state = "erased"
        upload.touch()
        await record(self._session, "upload.purge", "upload", upload.id)


def problem_with_sending(upload: Upload) -> UploadAlreadyStored | None:
    """Why nobody can send the content of this upload; None while it is awaited."""
    return UploadAlreadyStored() if upload.file_id is not None else None


def problem_with_telling(upload: Upload | NewUpload, untold: frozenset[UUID | str]) -> CustomerTells | None:
    """Why whoever must not make up deliveries of `untold` cannot send this one; None where they can."""
    return CustomerTells() if {upload.source_id, upload.source} & untold else None


def stored_file(upload: Upload) -> UUID:
    """The file of an upload that is stored."""
    if upload.file_id is None:
        raise ValueError("nothing is stored of this upload")
    return upload.file_id
