"""Templates of files for a platform, and the log of what was delivered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from services.sync.source.pointing import Pointed
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

UNDER_WAY = ("queued", "sending")
STATES = ("queued", "ready", "invalid", "sending", "sent", "failed", "accepted", "rejected")


class OutboundTemplate(Model, TenantRow, Versioned, Pointed, table=True):
    """A declared template with its destination. `credentials` are sealed (place `outbound_template:<id>`).

    `schedule` is a source's schedule (`source.schedule`), `scheduled_mode` what is then produced.
    """

    __tablename__ = "outbound_template"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("scheduled_mode IN ('total', 'delta')", name="scheduled_mode"),
    )

    key: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    template: dict[str, Any] = Field(sa_type=JSONB)
    destination: dict[str, Any] = Field(sa_type=JSONB)
    credentials: bytes | None = None
    auto_send: bool = False
    schedule: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    scheduled_mode: str = Field(default="total", sa_type=Text)
    next_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    is_active: bool = True


class OutboundDelivery(Model, TenantRow, Versioned, table=True):
    """One package. `base_id` is the delivery that a delta starts from; `manifest_id` a file of keys and digests.

    `state`: queued, ready (produced, not sent), invalid (held back), sending, sent, failed, accepted or rejected (as
    the platform answered). `file_id` is null once the content was erased. `findings` hold rules and source ids.
    """

    __tablename__ = "outbound_delivery"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("mode IN ('total', 'delta')", name="mode"),
        ForeignKeyConstraint(["tenant_id", "template_id"], ["outbound_template.tenant_id", "outbound_template.id"]),
        ForeignKeyConstraint(["tenant_id", "base_id"], ["outbound_delivery.tenant_id", "outbound_delivery.id"]),
        ForeignKeyConstraint(["tenant_id", "file_id"], ["stored_file.tenant_id", "stored_file.id"]),
        ForeignKeyConstraint(["tenant_id", "manifest_id"], ["stored_file.tenant_id", "stored_file.id"]),
        Index("ix_outbound_delivery_template", "tenant_id", "template_id", "id"),
    )

    template_id: UUID
    mode: str = Field(sa_type=Text)
    state: str = Field(default="queued", sa_type=Text)
    base_id: UUID | None = None
    roster_version: int | None = Field(default=None, sa_type=BigInteger)
    file_id: UUID | None = None
    manifest_id: UUID | None = None
    file_name: str | None = Field(default=None, sa_type=Text)
    size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = Field(default=None, sa_type=Text)
    counts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    attempts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    receipt: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    job_id: UUID | None = None
    asked_by: UUID | None = None
    sent_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
