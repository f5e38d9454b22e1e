"""How long a tenant keeps the tombstones of persons who are gone from the register."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TenantRow, Versioned


class GracePolicy(Model, TenantRow, Versioned, table=True):
    """One row per tenant, whose id is the tenant's; without it the defaults hold. Days after the end."""

    __tablename__ = "grace_policy"
    __table_args__ = (CheckConstraint("least(pupil_days, staff_days, guardian_days) >= 1", name="days"),)

    pupil_days: int = Field(default=365)
    staff_days: int = Field(default=90)
    guardian_days: int = Field(default=30)
