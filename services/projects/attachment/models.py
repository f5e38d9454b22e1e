"""Documents attached to a project, one of its activities or one of its gates (X-DOC)."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from services.projects.attachment.vocabulary import AttachmentKind, AttachmentState
from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from shared.kit.db import TenantRow, Versioned
from shared.kit.files import DataClass


class Attachment(Model, TenantRow, Versioned, OfProject, table=True):
    """A document. It belongs to an activity, to a gate, or to the project as a whole when both are null.

    `state`: declared (announced, no content yet), stored, erased (its key is destroyed; the row stays as evidence).
    The content lies encrypted in the file store under `file_id`.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        to_project(),
        to_table("activity", "activity_id"),
        to_table("gate", "gate_id"),
        ForeignKeyConstraint(["tenant_id", "file_id"], ["stored_file.tenant_id", "stored_file.id"]),
        one_of("kind", AttachmentKind),
        one_of("data_class", DataClass),
        one_of("state", AttachmentState),
        CheckConstraint("activity_id IS NULL OR gate_id IS NULL", name="one_subject"),
        CheckConstraint("(state = 'declared') = (file_id IS NULL) OR state = 'erased'", name="stored"),
        Index("ix_attachment_tenant_id_project_id_id", "tenant_id", "project_id", "id"),
        Index("ix_attachment_tenant_id_activity_id", "tenant_id", "activity_id"),
        Index("ix_attachment_tenant_id_gate_id", "tenant_id", "gate_id"),
        Index("ix_attachment_tenant_id_file_id", "tenant_id", "file_id"),
    )

    activity_id: UUID | None = None
    gate_id: UUID | None = None
    kind: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    file_name: str = Field(sa_type=Text)
    media_type: str = Field(sa_type=Text)
    data_class: str = Field(sa_type=Text)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(sa_type=Text)
    state: str = Field(default=AttachmentState.declared.value, sa_type=Text)
    file_id: UUID | None = None
    declared_by: UUID
    declared_side: str | None = Field(default=None, sa_type=Text)
