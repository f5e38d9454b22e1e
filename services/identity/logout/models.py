"""The tables of logouts and of what each application was told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class Logout(Model, TenantRow, table=True):
    """One logout, of one session or several, and how far it has come; kept as long as somebody may ask for its page.

    `provider_state` is what the identity provider says: `waiting` while the browser is there. `return_to` is the
    client's registered address with its `return_state`. `front_channel` are the addresses that the page must load,
    each with the application's name.
    """

    __tablename__ = "logout"
    __table_args__ = (
        UniqueConstraint("tenant_id", "handle_hash"),
        CheckConstraint("provider_state IN ('none', 'waiting', 'done', 'partial', 'failed')", name="provider_state"),
        Index("ix_logout_tenant_id_expires_at", "tenant_id", "expires_at"),
    )

    handle_hash: bytes = Field(sa_type=LargeBinary)
    provider_id: UUID | None = None
    provider_name: str | None = Field(default=None, sa_type=Text)
    provider_state: str = Field(default="none", sa_type=Text)
    protocol_request_id: str | None = Field(default=None, sa_type=Text)
    return_to: str | None = Field(default=None, sa_type=Text)
    return_state: str | None = Field(default=None, sa_type=Text)
    front_channel: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)


class LogoutDelivery(Model, TenantRow, table=True):
    """What one application is told by back-channel: that `session_id` (its `sid`) of `account_id` has ended."""

    __tablename__ = "logout_delivery"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "logout_id"], ["logout.tenant_id", "logout.id"], ondelete="CASCADE"),
        CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name="state"),
        Index("ix_logout_delivery_tenant_id_logout_id", "tenant_id", "logout_id"),
    )

    logout_id: UUID
    session_id: UUID
    account_id: UUID
    client_id: str = Field(sa_type=Text)
    client_name: str = Field(sa_type=Text)
    uri: str = Field(sa_type=Text)
    state: str = Field(default="waiting", sa_type=Text)
    attempts: int = 0
    fault: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    updated_at: datetime = Field(sa_type=TIMESTAMP)
