"""Uploads: what was announced, and which stored file became of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TenantRow, Versioned


class Upload(Model, TenantRow, Versioned, table=True):
    """A delivery. `state`: declared (nothing stored yet), stored, erased (its time was over).

    `mapping` says how to read it.
    """

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("state IN ('declared', 'stored', 'erased')", name="state"),
        CheckConstraint("kind IN ('oneroster_zip', 'joined_files')", name="kind"),
        ForeignKeyConstraint(["tenant_id", "file_id"], ["stored_file.tenant_id", "stored_file.id"]),
    )

    kind: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    state: str = Field(default="declared", sa_type=Text)
    mapping: dict[str, Any] = Field(sa_type=JSONB)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(sa_type=Text)
    file_id: UUID | None = None
    declared_by: UUID
