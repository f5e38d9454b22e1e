"""Evidence packs: what was proved, word for word, and the signature over it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class PublishedKey(Model, table=True):
    """The public half of a key that signs evidence, or did: of the service, and no tenant's."""

    __tablename__ = "evidence_key"

    kid: str = Field(sa_type=Text, primary_key=True)
    jwk: dict[str, Any] = Field(sa_type=JSONB)
    first_used_at: datetime = Field(sa_type=TIMESTAMP)


class EvidencePack(Model, TenantRow, table=True):
    """How a unit stood at `made_at`. `content` is the document to the byte, `signature` a compact JWS over its hash.

    There are numbers and ids in it, nobody's name; it is kept until its time is over.
    """

    __tablename__ = "evidence_pack"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        Index("ix_evidence_pack_unit", "tenant_id", "unit_id", "id"),
    )

    unit_id: UUID
    made_at: datetime = Field(sa_type=TIMESTAMP)
    made_by: UUID
    content: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    signature: str = Field(sa_type=Text)
