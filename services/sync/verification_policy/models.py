"""What a tenant lets pass, and whose export proves its platform."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Text
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class VerificationPolicy(Model, TenantRow, Versioned, table=True):
    """One row per tenant, whose id is the tenant's; without it the installation's limits hold and no platform counts.

    `platform_source_id` is the one source of role platform that the customer's leader has named; days count from
    `soaks_from` at the earliest, since another platform has proved nothing yet. `must_compare` is
    what an export must tell of (accounts, groups, guardians); None is accounts, and what that source declares to tell.
    """

    __tablename__ = "verification_policy"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "platform_source_id"], ["source.tenant_id", "source.id"]),
        CheckConstraint("max_age_days BETWEEN 1 AND 90", name="max_age_days"),
        CheckConstraint("max_errors BETWEEN 0 AND 100", name="max_errors"),
        CheckConstraint("max_drift BETWEEN 0 AND 100", name="max_drift"),
    )

    max_age_days: int
    max_errors: int
    max_drift: int
    must_compare: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    platform_source_id: UUID | None = None
    platform_named_by: UUID | None = None
    platform_named_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    soaks_from: date | None = None
