"""Webhook endpoints and the secrets that sign what they get."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.webhooks.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Endpoint(Model, TenantRow, Versioned, table=True):
    """A URL of a tenant's choice, and what is sent there. `event_types` is a list of types, or `*` alone.

    `failing_since` is the first failure after the last success; null while things go well.
    """

    __tablename__ = "endpoint"
    __table_args__ = (
        CheckConstraint("state IN ('enabled', 'disabled')", name="state"),
        CheckConstraint("(state = 'disabled') = (disabled_reason IS NOT NULL)", name="disabled_reason"),
    )

    url: str = Field(sa_type=Text)
    description: str = Field(sa_type=Text)
    event_types: list[str] = Field(sa_type=ARRAY(Text))
    state: str = Field(default="enabled", sa_type=Text)
    disabled_reason: str | None = Field(default=None, sa_type=Text)
    disabled_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    failing_since: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    created_by: UUID | None = None


class EndpointSecret(Model, TenantRow, table=True):
    """A signing secret, sealed with the service's file key. During a rotation an endpoint has several."""

    __tablename__ = "endpoint_secret"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "endpoint_id"], ["endpoint.tenant_id", "endpoint.id"], ondelete="CASCADE"),
        Index("ix_endpoint_secret_endpoint", "tenant_id", "endpoint_id"),
    )

    endpoint_id: UUID
    sealed: bytes
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
