"""Documents attached to a plan: announced with size and checksum, streamed into the encrypted file store, erased."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.attachment.errors import (
    AttachmentAwaited,
    AttachmentErased,
    AttachmentIncomplete,
    AttachmentOtherType,
    AttachmentStored,
    AttachmentTooLarge,
)
from services.projects.attachment.models import Attachment
from services.projects.attachment.repository import AttachmentRepository
from services.projects.attachment.rights import Subject, refusal_to_attach, refusal_to_remove
from services.projects.attachment.schemas import AttachmentCreate
from services.projects.attachment.vocabulary import MEDIA_TYPES, AttachmentState
from services.projects.gate.service import GateService
from services.projects.project.rights import demand
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.contracts.projects import AttachmentChanged
from shared.kit.db import tenant_of
from shared.kit.files import FileStore
from shared.kit.journal import record
from shared.queue.jobs import start_job
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

PURGE = "attachments.purge"
"""The job that erases a document whose time of keeping is over."""


@dataclass(frozen=True)
class Keeping:
    """Where and how long documents are kept, and how large they may be."""

    store: FileStore
    max_bytes: int
    retention_days: int


class AttachmentService:
    """The attached documents of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._attachments = AttachmentRepository(session)

    async def subject(
        self, *, project_id: UUID | None = None, activity_id: UUID | None = None, gate_id: UUID | None = None
    ) -> Subject:
        """Exactly one id. Raises ProjectNotFound, ActivityNotFound, GateNotFound."""
        if activity_id is not None:
            activity = await ActivityService(self._session).get(activity_id)
            return Subject(activity.project_id, activity.side, activity_id=activity_id)
        if gate_id is not None:
            view = await GateService(self._session).get(gate_id)
            return Subject(view.gate.project_id, "joint", gate_id=gate_id)
        if project_id is None:
            raise ValueError("a document belongs to something")
        await ProjectService(self._session).get(project_id)
        return Subject(project_id, "joint")

    async def subject_of(self, attachment: Attachment) -> Subject:
        """What a document belongs to. A removed activity's documents stay those of its side."""
        if attachment.activity_id is not None:
            (activity,) = await ActivityService(self._session).by_ids([attachment.activity_id])
            return Subject(attachment.project_id, activity.side, activity_id=activity.id)
        return Subject(attachment.project_id, "joint", gate_id=attachment.gate_id)

    async def declare(self, subject: Subject, new: AttachmentCreate, caller: Principal, max_bytes: int) -> Attachment:
        """Announce a document. Raises NotYours, ProjectClosed, and AttachmentTooLarge before a byte is sent."""
        demand(refusal_to_attach(caller, subject))
        await ProjectService(self._session).get_active(subject.project_id)
        if new.size > max_bytes:
            raise AttachmentTooLarge(maxBytes=max_bytes)
        attachment = Attachment(
            tenant_id=tenant_of(self._session),
            project_id=subject.project_id,
            activity_id=subject.activity_id,
            gate_id=subject.gate_id,
            kind=new.kind.value,
            title=new.title,
            file_name=new.file_name,
            media_type=new.media_type,
            data_class=new.data_class.value,
            size=new.size,
            sha256=new.sha256.lower(),
            declared_by=caller.subject,
            declared_side=caller.side.value if caller.side else None,
        )
        self._attachments.add(attachment)
        await self._tell(attachment, "attachment.declare")
        return attachment

    async def get(self, attachment_id: UUID) -> Attachment:
        """Raises AttachmentNotFound."""
        return await self._attachments.get(attachment_id)

    async def readable(self, attachment_id: UUID) -> Attachment:
        """A document whose content is there. Raises AttachmentNotFound, AttachmentAwaited, AttachmentErased."""
        attachment = await self._attachments.get(attachment_id)
        if attachment.state == AttachmentState.erased:
            raise AttachmentErased()
        if attachment.file_id is None:
            raise AttachmentAwaited()
        return attachment

    async def awaiting(self, attachment_id: UUID, version: int, caller: Principal, *, lock: bool = False) -> Attachment:
        """A document whose content is still to come. Raises AttachmentNotFound, NotYours, StaleVersion,
        AttachmentStored, AttachmentErased."""
        attachment = await self._attachments.get(attachment_id, lock=lock)
        demand(refusal_to_attach(caller, await self.subject_of(attachment)))
        check_version(version, attachment.version)
        if attachment.state == AttachmentState.erased:
            raise AttachmentErased()
        if attachment.file_id is not None:
            raise AttachmentStored()
        return attachment

    async def list_after(self, subject: Subject, after: UUID | None, limit: int) -> Sequence[Attachment]:
        """Oldest first. Of a project: all that belongs to it, its activities and its gates."""
        return await self._attachments.list_after(
            subject.project_id, subject.activity_id, subject.gate_id, after, limit
        )

    async def fill(
        self, attachment: Attachment, stream: AsyncIterator[bytes], keeping: Keeping, by: UUID
    ) -> Attachment:
        """Store the content of an awaiting document, all or nothing. Raises AttachmentIncomplete, AttachmentOtherType,
        files.ChecksumMismatch."""
        stored = await keeping.store.write(
            self._session,
            _of_type(stream, attachment.media_type),
            media_type=attachment.media_type,
            data_class=attachment.data_class,
            max_bytes=min(attachment.size, keeping.max_bytes),
            retention_days=keeping.retention_days,
            expected_sha256=attachment.sha256,
            created_by=by,
        )
        if stored.size != attachment.size:
            raise AttachmentIncomplete(received=stored.size, announced=attachment.size)
        attachment.file_id, attachment.state = stored.id, AttachmentState.stored.value
        attachment.touch()
        await self._tell(attachment, "attachment.store")
        retention = timedelta(days=keeping.retention_days)
        await start_job(self._session, PURGE, {"attachment": attachment.id}, after=retention)
        return attachment

    async def remove(self, attachment_id: UUID, version: int, caller: Principal, store: FileStore) -> None:
        """Erase a document for good. Raises AttachmentNotFound, NotYours, StaleVersion, AttachmentErased."""
        attachment = await self._attachments.get(attachment_id, lock=True)
        demand(refusal_to_remove(caller, attachment, await self.subject_of(attachment)))
        check_version(version, attachment.version)
        if attachment.state == AttachmentState.erased:
            raise AttachmentErased()
        await self._erase(attachment, store)

    async def purge(self, attachment_id: UUID, store: FileStore) -> None:
        """Erase a document whose time is over; once more does nothing."""
        attachment = await self._attachments.get(attachment_id, lock=True)
        if attachment.state != AttachmentState.erased:
            await self._erase(attachment, store)

    async def declared_by(self, account_id: UUID) -> Sequence[Attachment]:
        """What an account has attached."""
        return await self._attachments.declared_by(account_id)

    async def _erase(self, attachment: Attachment, store: FileStore) -> None:
        if attachment.file_id is not None:
            await store.delete(self._session, attachment.file_id)
        attachment.state = AttachmentState.erased.value
        attachment.touch()
        await self._tell(attachment, "attachment.erase")

    async def _tell(self, attachment: Attachment, action: str) -> None:
        after = {"state": attachment.state, "kind": attachment.kind, "sha256": attachment.sha256}
        await record(self._session, action, "attachment", attachment.id, after=after)
        event = AttachmentChanged(
            project_id=attachment.project_id,
            attachment_id=attachment.id,
            state=AttachmentState(attachment.state).value,
        )
        await publish(self._session, event)


async def _of_type(stream: AsyncIterator[bytes], media_type: str) -> AsyncIterator[bytes]:
    """The same bytes. Raises AttachmentOtherType where they do not begin as such files do."""
    beginnings = MEDIA_TYPES[media_type]
    is_first = True
    async for piece in stream:
        if is_first and beginnings and not piece.startswith(beginnings):
            raise AttachmentOtherType(mediaType=media_type)
        is_first = False
        yield piece
