"""Uploads: what was announced, what has arrived of it, and which stored file became of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TenantRow, Versioned


class Upload(Model, TenantRow, Versioned, table=True):
    """A delivery. `state`: declared (nothing stored yet), stored, erased (its time was over).

    `mapping` says how to read it. `source_id` is the declared source, if there is one. `incomplete` names the kinds of
    rows of which whoever fetched it could not prove that all were there, `proof` what the proof rests on: numbers, no
    personal data. `received` bytes from the start lie in `upload_part`, to be gone on with.
    """

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("state IN ('declared', 'stored', 'erased')", name="state"),
        CheckConstraint("kind IN ('oneroster_zip', 'joined_files', 'stil_xml', 'ss12000_package')", name="kind"),
        ForeignKeyConstraint(["tenant_id", "source_id"], ["source.tenant_id", "source.id"]),
        ForeignKeyConstraint(["tenant_id", "file_id"], ["stored_file.tenant_id", "stored_file.id"]),
        Index("ix_upload_source", "tenant_id", "source_id", "id", postgresql_where=text("source_id IS NOT NULL")),
    )

    kind: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    state: str = Field(default="declared", sa_type=Text)
    mapping: dict[str, Any] = Field(sa_type=JSONB)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(sa_type=Text)
    file_id: UUID | None = None
    received: int = Field(default=0, sa_type=BigInteger)
    declared_by: UUID | None = None
    source_id: UUID | None = None
    incomplete: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    proof: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))


class UploadPart(Model, TenantRow, table=True):
    """What has arrived of an upload that is not whole yet: a file of the store, which begins at byte `first`."""

    __tablename__ = "upload_part"
    __table_args__ = (
        UniqueConstraint("tenant_id", "upload_id", "first"),
        ForeignKeyConstraint(["tenant_id", "upload_id"], ["upload.tenant_id", "upload.id"]),
        ForeignKeyConstraint(["tenant_id", "file_id"], ["stored_file.tenant_id", "stored_file.id"]),
    )

    upload_id: UUID
    first: int = Field(sa_type=BigInteger)
    size: int = Field(sa_type=BigInteger)
    file_id: UUID
