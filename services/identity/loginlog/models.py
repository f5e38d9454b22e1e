"""The tables of who logged in how: ids and codes, never a name, a login name or an address."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class LoginEntry(Model, TenantRow, table=True):
    """One login of a known account, or one that was refused. `account_id` is null once the person is forgotten.

    `source` is the provider's value that `acr` was read from, `fault` the rule that a refused login broke.
    """

    __tablename__ = "login_log"
    __table_args__ = (
        CheckConstraint("outcome IN ('succeeded', 'failed')", name="outcome"),
        Index("ix_login_log_tenant_id_account_id", "tenant_id", "account_id", "id"),
    )

    at: datetime = Field(sa_type=TIMESTAMP)
    account_id: UUID | None = None
    provider_id: UUID
    method: str = Field(sa_type=Text)
    protocol: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    fault: str | None = Field(default=None, sa_type=Text)
    acr: str | None = Field(default=None, sa_type=Text)
    amr: list[str] = Field(default_factory=list, sa_type=JSONB)
    factors: int = 1
    source: str | None = Field(default=None, sa_type=Text)
    client_id: str | None = Field(default=None, sa_type=Text)
    is_step_up: bool = False


class LoginFailure(Model, TenantRow, table=True):
    """How often logins of people whom we do not know failed on a day, by rule. Nothing tells them apart."""

    __tablename__ = "login_failure"
    __table_args__ = (UniqueConstraint("tenant_id", "day", "provider_id", "fault"),)

    day: date
    provider_id: UUID
    fault: str = Field(sa_type=Text)
    count: int


class LoginLogSetting(Model, TenantRow, Versioned, table=True):
    """How many days a tenant keeps its log of logins. At most one row per tenant."""

    __tablename__ = "login_log_setting"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    retention_days: int
