"""The tables of hand-overs of administrators' roles, and of how many administrators a school shall have."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Handover(Model, TenantRow, Versioned, table=True):
    """A role that one account offers to another one of the customer's: the main administrator's (`tenant_admin`, no
    unit) or a school's (`register_admin` at a unit) [IM-C20..22].

    `from_account_id` held it before; `previous` says what becomes of that: `ended` with the acceptance, `kept` for a
    `reason`, `none` where nobody held it.
    """

    __tablename__ = "handover"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "to_account_id"], ["account.tenant_id", "account.id"], ondelete="CASCADE"),
        CheckConstraint("role IN ('tenant_admin', 'register_admin')", name="role"),
        CheckConstraint("previous IN ('none', 'ended', 'kept')", name="previous"),
        CheckConstraint("state IN ('offered', 'accepted', 'withdrawn')", name="state"),
        CheckConstraint("(role = 'tenant_admin') = (unit_id IS NULL)", name="unit"),
        Index(
            "uq_handover_offered",
            "tenant_id",
            "role",
            "unit_id",
            "to_account_id",
            unique=True,
            postgresql_where=text("state = 'offered'"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    role: str = Field(sa_type=Text)
    unit_id: UUID | None = None
    from_account_id: UUID | None = None
    to_account_id: UUID
    previous: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    due_on: date | None = None
    state: str = Field(default="offered", sa_type=Text)
    offered_by: UUID | None = None
    offered_at: datetime = Field(sa_type=TIMESTAMP)
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class HandoverPolicy(Model, TenantRow, Versioned, table=True):
    """How many administrators of its own each school shall have; the row's id is the tenant's."""

    __tablename__ = "handover_policy"

    wanted_per_unit: int
