"""The tables of break-glass accounts: the way in for the day when no identity provider answers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class BreakGlass(Model, TenantRow, Versioned, table=True):
    """An administrator's account opened by a printed secret, good once, together with a code of RFC 6238.

    `last_step` is the newest time step whose code was used; `failures` wrong codes in a row lock until `locked_until`.
    """

    __tablename__ = "break_glass"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"], ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "recovery_hash"),
        Index("ix_break_glass_tenant_id_account_id", "tenant_id", "account_id"),
        CheckConstraint("state IN ('pending', 'enabled', 'disabled')", name="state"),
    )

    account_id: UUID
    state: str = Field(default="pending", sa_type=Text)
    totp_sealed: bytes = Field(sa_type=LargeBinary)
    last_step: int = Field(default=0, sa_type=BigInteger)
    recovery_hash: bytes = Field(sa_type=LargeBinary)
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class BreakGlassUse(Model, TenantRow, table=True):
    """A login past every provider, and which other administrator has seen it."""

    __tablename__ = "break_glass_use"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "break_glass_id"], ["break_glass.tenant_id", "break_glass.id"], ondelete="CASCADE"
        ),
        Index("ix_break_glass_use_tenant_id_break_glass_id", "tenant_id", "break_glass_id"),
    )

    break_glass_id: UUID
    account_id: UUID
    used_at: datetime = Field(sa_type=TIMESTAMP)
    acknowledged_by: UUID | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
