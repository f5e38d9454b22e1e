"""Certificates: of a course, or of a whole curriculum."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Certificate(Model, TenantRow, Versioned, table=True):
    """`number` counts the tenant's certificates from 0 and gives the place in the status list. `courses` are those
    that it vouches for, `credential` is the badge as it was signed. Of an erased person the row stays, for its place
    in the list: neither person nor badge."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("kind IN ('course', 'curriculum')", name="kind"),
        CheckConstraint("number >= 0", name="number"),
        CheckConstraint(
            "revoked_reason IN ('error', 'withdrawn', 'corrected', 'replaced', 'erased')", name="revoked_reason"
        ),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked"),
        CheckConstraint(
            "revoked_at IS NOT NULL OR person_id IS NOT NULL AND credential IS NOT NULL",
            name="held",
        ),
        Index(
            "uq_certificate_tenant_id_person_id_achievement_id",
            "tenant_id",
            "person_id",
            "achievement_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    person_id: UUID | None = None
    kind: str = Field(sa_type=Text)
    achievement_id: UUID
    title: dict[str, Any] = Field(sa_type=JSONB)
    courses: list[UUID] = Field(sa_type=ARRAY(Uuid))
    issued_at: datetime = Field(sa_type=TIMESTAMP)
    number: int
    credential: str | None = Field(default=None, sa_type=Text)
    revoked_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    revoked_reason: str | None = Field(default=None, sa_type=Text)
