"""The tables of refresh tokens: a family per authorization, a row per rotation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class RefreshFamily(Model, TenantRow, table=True):
    """What a person granted one client in this tenant; it has refresh tokens where `offline_access` was granted.

    Whatever is refreshed keeps this `acr`, `amr` and `auth_time`. `dpop_jkt`: the key that a public client must
    prove to hold (RFC 9449 section 5).
    """

    __tablename__ = "refresh_family"
    __table_args__ = (Index("ix_refresh_family_tenant_id_expires_at", "tenant_id", "expires_at"),)

    client_id: str = Field(sa_type=Text)
    home_tenant_id: UUID
    account_id: UUID
    session_id: UUID
    scope: str = Field(sa_type=Text)
    acr: str = Field(sa_type=Text)
    amr: list[str] = Field(default_factory=list, sa_type=JSONB)
    auth_time: datetime = Field(sa_type=TIMESTAMP)
    dpop_jkt: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    revoked_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    revoked_reason: str | None = Field(default=None, sa_type=Text)


class RefreshToken(Model, TenantRow, table=True):
    """One refresh token, good for one use."""

    __tablename__ = "refresh_token"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "family_id"], ["refresh_family.tenant_id", "refresh_family.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("tenant_id", "token_hash"),
        Index("ix_refresh_token_tenant_id_family_id", "tenant_id", "family_id"),
    )

    family_id: UUID
    token_hash: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    used_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
