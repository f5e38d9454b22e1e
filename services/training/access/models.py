"""Copies of what tells who reaches the platform: what sync saw there, and logins through identity. Ids and dates."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class PlatformSight(Model, table=True):
    """The newest look at the platform. `is_whole`: who has no row in `platform_account` has no account there.
    `tells_login`: an account without a date was never used."""

    __tablename__ = "platform_sight"

    tenant_id: UUID = Field(primary_key=True)
    comparison_id: UUID
    observed_at: datetime = Field(sa_type=TIMESTAMP)
    is_whole: bool
    tells_login: bool


class PlatformAccount(Model, TenantRow, table=True):
    """What a person (`id`) has at the platform; of several accounts the active ones count."""

    __tablename__ = "platform_account"

    is_active: bool
    last_login_on: date | None = None


class AccessPolicy(Model, TenantRow, Versioned, table=True):
    """Which of the tenant's applications is the platform, by its client id at identity: whoever logs in there through
    us reaches it. `read_until`: up to which instant, in seconds since 1970, logins were read."""

    __tablename__ = "access_policy"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    client_id: str | None = Field(default=None, sa_type=Text)
    read_until: int = Field(default=0, sa_type=BigInteger)


class PlatformLogin(Model, TenantRow, table=True):
    """The last login of a person (`id`) at the platform through us, as identity told it at `told_at`."""

    __tablename__ = "platform_login"

    last_login_on: date
    told_at: datetime = Field(sa_type=TIMESTAMP)
