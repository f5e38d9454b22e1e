"""The public event log of a tenant."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.webhooks.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class PublicEvent(Model, TenantRow, table=True):
    """One event as subscribers see it. `id` is the event's id at its owner and the `webhook-id` of every delivery.

    `position` counts the tenant's events from 1 without gaps, in the order in which they became visible.
    """

    __tablename__ = "public_event"
    __table_args__ = (
        UniqueConstraint("tenant_id", "position"),
        Index("ix_public_event_received_at", "received_at"),
    )

    position: int = Field(sa_type=BigInteger)
    type: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    subject: UUID
    occurred_at: datetime = Field(sa_type=TIMESTAMP)
    received_at: datetime = Field(sa_type=TIMESTAMP)
    traceparent: str | None = Field(default=None, sa_type=Text)
    data: dict[str, Any] = Field(sa_type=JSONB)


class EventPosition(Model, table=True):
    """The last position given to a tenant; locked until the event commits, so that readers never see a gap close."""

    __tablename__ = "event_position"

    tenant_id: UUID = Field(primary_key=True)
    last: int = Field(sa_type=BigInteger)
