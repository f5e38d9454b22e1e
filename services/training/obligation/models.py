"""Train the trainer: a rule by which trainees teach colleagues, who owes that, and whom they taught [IM-T09]."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class Cascade(Model, TenantRow, Versioned, table=True):
    """Whoever holds `holder_role` at a unit and has had `course_id` teaches `colleagues` holders of `colleague_role`
    there the course `teaches_id`, within `days` of having qualified, or of the rule when that came later."""

    __tablename__ = "cascade"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "course_id", "teaches_id", "holder_role", "colleague_role", name="uq_cascade_tenant_id_rule"
        ),
        ForeignKeyConstraint(["tenant_id", "course_id"], ["course.tenant_id", "course.id"]),
        ForeignKeyConstraint(["tenant_id", "teaches_id"], ["course.tenant_id", "course.id"]),
        CheckConstraint("course_id <> teaches_id", name="other"),
        CheckConstraint("colleagues >= 1", name="colleagues"),
        CheckConstraint("days >= 1", name="days"),
    )

    course_id: UUID
    teaches_id: UUID
    holder_role: str = Field(sa_type=Text)
    colleague_role: str = Field(sa_type=Text)
    colleagues: int
    days: int
    archived: bool = False


class Obligation(Model, TenantRow, Versioned, table=True):
    """What one person owes at one unit. `state` is counted, but for `released`:
    met (enough taught, or nobody left to teach), overdue, vacant (the person no longer works there or holds the role:
    somebody else must), otherwise open."""

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("tenant_id", "cascade_id", "person_id", "unit_id"),
        ForeignKeyConstraint(["tenant_id", "cascade_id"], ["cascade.tenant_id", "cascade.id"]),
        CheckConstraint("state IN ('open', 'met', 'overdue', 'vacant', 'released')", name="state"),
        Index("ix_obligation_tenant_id_unit_id", "tenant_id", "unit_id", "id"),
        Index("ix_obligation_tenant_id_person_id", "tenant_id", "person_id"),
    )

    cascade_id: UUID
    person_id: UUID
    unit_id: UUID
    due_on: date
    state: str = Field(default="open", sa_type=Text)
    release_reason: str | None = Field(default=None, sa_type=Text)


class Attestation(Model, TenantRow, Versioned, table=True):
    """Somebody was taught: the obliged person says so, and a completion was written for it."""

    __tablename__ = "attestation"
    __table_args__ = (
        UniqueConstraint("tenant_id", "obligation_id", "person_id"),
        UniqueConstraint("tenant_id", "completion_id"),
        ForeignKeyConstraint(["tenant_id", "obligation_id"], ["obligation.tenant_id", "obligation.id"]),
    )

    obligation_id: UUID
    person_id: UUID
    completion_id: UUID
    taught_on: date
