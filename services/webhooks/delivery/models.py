"""Deliveries and their attempts. Ids, times and outcomes only: the relay role works on them across tenants."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from services.webhooks.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class Delivery(Model, TenantRow, table=True):
    """One event on its way to one endpoint.

    `attempts` counts all attempts, `step` those since it was last (re)started, which is its place in the retry
    schedule. `leased_until` is set while a worker makes an attempt: past it, another worker may.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "endpoint_id"], ["endpoint.tenant_id", "endpoint.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["tenant_id", "event_id"], ["public_event.tenant_id", "public_event.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("tenant_id", "endpoint_id", "event_id"),
        CheckConstraint("state IN ('pending', 'delivered', 'failed', 'discarded')", name="state"),
        Index("ix_delivery_due", "tenant_id", "endpoint_id", "due_at", postgresql_where=text("state = 'pending'")),
        Index("ix_delivery_event", "tenant_id", "event_id"),
    )

    endpoint_id: UUID
    event_id: UUID
    state: str = Field(default="pending", sa_type=Text)
    attempts: int = 0
    step: int = 0
    due_at: datetime = Field(sa_type=TIMESTAMP)
    leased_until: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    finished_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class DeliveryAttempt(Model, TenantRow, table=True):
    """What one attempt met. `excerpt` is the beginning of the answer; `latency_ms` in milliseconds."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "delivery_id"], ["delivery.tenant_id", "delivery.id"], ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "delivery_id", "number"),
    )

    delivery_id: UUID
    number: int
    started_at: datetime = Field(sa_type=TIMESTAMP)
    is_success: bool
    status_code: int | None = None
    error: str | None = Field(default=None, sa_type=Text)
    latency_ms: int
    excerpt: str | None = Field(default=None, sa_type=Text)
