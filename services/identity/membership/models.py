"""The table of memberships: who holds which role where."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TenantRow, Versioned


class Membership(Model, TenantRow, Versioned, table=True):
    """A role of an account in this tenant, at one unit or (no unit) at all, on one side.

    The account lives in its home tenant, which may be another one: that is how a supplier's people act here.
    `label` is what this tenant calls the account. `duty_id` is the duty in the roster that gave the role.
    """

    __tablename__ = "membership"
    __table_args__ = (
        ForeignKeyConstraint(["home_tenant_id", "account_id"], ["account.tenant_id", "account.id"], ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "account_id", "role", "unit_id", "duty_id", postgresql_nulls_not_distinct=True),
        Index("ix_membership_tenant_id_duty_id", "tenant_id", "duty_id"),
        Index("ix_membership_home_tenant_id_account_id", "home_tenant_id", "account_id"),
    )

    home_tenant_id: UUID
    account_id: UUID
    role: str = Field(sa_type=Text)
    unit_id: UUID | None = None
    side: str = Field(sa_type=Text)
    label: str | None = Field(default=None, sa_type=Text)
    duty_id: UUID | None = None
