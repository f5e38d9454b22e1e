"""The tables of device logins: the grant that a device waits for, and wrong codes that a person has typed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class DeviceGrant(Model, TenantRow, table=True):
    """A device that waits for a person's yes in this tenant (RFC 8628). Both codes are stored as digests alone.

    The login's facts stand here from the approval on; `used` once the device has its tokens.
    """

    __tablename__ = "device_grant"
    __table_args__ = (
        UniqueConstraint("tenant_id", "device_hash"),
        UniqueConstraint("tenant_id", "user_code_hash"),
        CheckConstraint("state IN ('pending', 'approved', 'denied', 'used')", name="state"),
        Index("ix_device_grant_tenant_id_expires_at", "tenant_id", "expires_at"),
    )

    device_hash: bytes = Field(sa_type=LargeBinary)
    user_code_hash: bytes = Field(sa_type=LargeBinary)
    client_id: str = Field(sa_type=Text)
    client_name: str = Field(sa_type=Text)
    scope: str = Field(sa_type=Text)
    dpop_jkt: str | None = Field(default=None, sa_type=Text)
    state: str = Field(default="pending", sa_type=Text)
    interval_seconds: int
    polled_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    home_tenant_id: UUID | None = None
    account_id: UUID | None = None
    session_id: UUID | None = None
    acr: str | None = Field(default=None, sa_type=Text)
    amr: list[str] = Field(default_factory=list, sa_type=JSONB)
    auth_time: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)


class DeviceGuess(Model, table=True):
    """How many codes an account has typed wrong lately."""

    __tablename__ = "device_guess"
    __table_args__ = (Index("ix_device_guess_tenant_id_expires_at", "tenant_id", "expires_at"),)

    tenant_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    failures: int
    expires_at: datetime = Field(sa_type=TIMESTAMP)
