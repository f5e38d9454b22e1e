"""Every statement about attached documents."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.attachment.errors import AttachmentNotFound
from services.projects.attachment.models import Attachment
from services.projects.attachment.vocabulary import AttachmentState
from shared.kit.db import tenant_of


class AttachmentRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, attachment: Attachment) -> None:
        self._session.add(attachment)

    async def get(self, attachment_id: UUID, *, lock: bool = False) -> Attachment:
        """Raises AttachmentNotFound."""
        query = select(Attachment).where(
            Attachment.tenant_id == tenant_of(self._session), Attachment.id == attachment_id
        )
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise AttachmentNotFound()
        return found

    async def list_after(
        self,
        project_id: UUID,
        activity_id: UUID | None,
        gate_id: UUID | None,
        after: UUID | None,
        limit: int,
    ) -> Sequence[Attachment]:
        """Those of an activity or of a gate, or all of a project, oldest first; erased ones are not among them."""
        query = select(Attachment).where(
            Attachment.tenant_id == tenant_of(self._session),
            Attachment.project_id == project_id,
            Attachment.state != AttachmentState.erased,
        )
        if activity_id is not None:
            query = query.where(Attachment.activity_id == activity_id)
        if gate_id is not None:
            query = query.where(Attachment.gate_id == gate_id)
        if after is not None:
            query = query.where(col(Attachment.id) > after)
        return (await self._session.exec(query.order_by(col(Attachment.id)).limit(limit))).all()

    async def declared_by(self, account_id: UUID) -> Sequence[Attachment]:
        query = select(Attachment).where(
            Attachment.tenant_id == tenant_of(self._session), Attachment.declared_by == account_id
        )
        return (await self._session.exec(query)).all()
