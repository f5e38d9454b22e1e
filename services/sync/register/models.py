"""What we have agreed with registers: notices that they send us, and what we have told them of our runs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class SourceSubscription(Model, TenantRow, Versioned, table=True):
    """Notices of one source. `state`: wanted (asked for, not confirmed), active, ended.

    `digest` is of the secret in the address that the register calls. `noticed_at` is the newest notice that led to a
    fetch, `slot` the window of time that it fell in: of each window only the first counts.
    `reached` and `sealed` are the connector and the secrets that it was made with, until it has ended: a deactivated
    source has forgotten its own.
    """

    __tablename__ = "source_subscription"
    __table_args__ = (
        UniqueConstraint("tenant_id", "source_id"),
        UniqueConstraint("tenant_id", "digest"),
        CheckConstraint("state IN ('wanted', 'active', 'ended')", name="state"),
        ForeignKeyConstraint(["tenant_id", "source_id"], ["source.tenant_id", "source.id"]),
    )

    source_id: UUID
    state: str = Field(default="wanted", sa_type=Text)
    digest: bytes = Field(sa_type=LargeBinary)
    remote_id: str | None = Field(default=None, sa_type=Text)
    expires_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    renew_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    noticed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    slot: str | None = Field(default=None, sa_type=Text)
    problem: str | None = Field(default=None, sa_type=Text)
    reached: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    sealed: bytes | None = None


class RunFeedback(Model, TenantRow, Versioned, table=True):
    """What a register was told of one run. `kind`: log (what is wrong in the delivery), statistics (what came of it).
    `state`: waiting, sent, refused (the register does not take it), failed.
    """

    __tablename__ = "run_feedback"
    __table_args__ = (
        UniqueConstraint("tenant_id", "run_id", "kind"),
        CheckConstraint("kind IN ('log', 'statistics')", name="kind"),
        CheckConstraint("state IN ('waiting', 'sent', 'refused', 'failed')", name="state"),
        ForeignKeyConstraint(["tenant_id", "run_id"], ["run.tenant_id", "run.id"]),
        ForeignKeyConstraint(["tenant_id", "source_id"], ["source.tenant_id", "source.id"]),
    )

    run_id: UUID
    source_id: UUID
    kind: str = Field(sa_type=Text)
    state: str = Field(default="waiting", sa_type=Text)
    entries: int = 0
