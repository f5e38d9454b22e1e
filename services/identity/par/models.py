"""The table of authorization requests that clients pushed ahead of the browser."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class PushedRequest(Model, TenantRow, table=True):
    """One pushed request of a client of this tenant (RFC 9126). Used once; without credentials."""

    __tablename__ = "pushed_request"
    __table_args__ = (
        UniqueConstraint("tenant_id", "handle_hash"),
        Index("ix_pushed_request_tenant_id_expires_at", "tenant_id", "expires_at"),
    )

    handle_hash: bytes = Field(sa_type=LargeBinary)
    client_id: str = Field(sa_type=Text)
    parameters: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    used_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
