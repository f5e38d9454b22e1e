"""Copies of what sync saw at the platform: accounts of staff, by id, and how much the look proves."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


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
