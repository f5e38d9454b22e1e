"""Plans: proposed sessions and who sits in them, until they are published as sessions and enrolments."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

STATES = ("solving", "proposed", "refused", "failed", "approved", "published", "withdrawn")


class Plan(Model, TenantRow, Versioned, table=True):
    """`asked` is what to plan, `digests` those of the facts that the proposal rests on, `findings` what stands in the
    way and what it would take. No plan has fewer than `bound` sessions, each course given those before it; nothing is
    known of a mended one. `base_id`: the published plan that this mends, `lost` what it has to do without."""

    __tablename__ = "plan"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "base_id"], ["plan.tenant_id", "plan.id"]),
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("ix_plan_tenant_id_base_id", "tenant_id", "base_id"),
    )

    name: str = Field(sa_type=Text)
    state: str = Field(default="solving", sa_type=Text)
    asked: dict[str, Any] = Field(sa_type=JSONB)
    base_id: UUID | None = None
    lost: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    job_id: UUID | None = None
    digests: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    input_hash: str | None = Field(default=None, sa_type=Text)
    findings: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    sessions: int | None = None
    bound: int | None = None
    cost: int | None = None
    cost_bound: int | None = None
    people: int | None = None
    approved_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    published_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class PlanSession(Model, TenantRow, table=True):
    """A session of a plan; `session_id` is the real one, of a published plan or of one that keeps it. `change` is what
    publishing does with it."""

    __tablename__ = "plan_session"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "plan_id"], ["plan.tenant_id", "plan.id"]),
        ForeignKeyConstraint(["tenant_id", "course_id"], ["course.tenant_id", "course.id"]),
        ForeignKeyConstraint(["tenant_id", "room_id"], ["room.tenant_id", "room.id"]),
        ForeignKeyConstraint(["tenant_id", "session_id"], ["session.tenant_id", "session.id"]),
        CheckConstraint("starts_at < ends_at", name="duration"),
        CheckConstraint("change IN ('added', 'kept', 'changed', 'cancelled')", name="change"),
        Index("ix_plan_session_tenant_id_plan_id", "tenant_id", "plan_id", "starts_at"),
    )

    plan_id: UUID
    course_id: UUID
    form: str = Field(sa_type=Text)
    starts_at: datetime = Field(sa_type=TIMESTAMP)
    ends_at: datetime = Field(sa_type=TIMESTAMP)
    room_id: UUID | None = None
    trainer_id: UUID | None = None
    backup_id: UUID | None = None
    session_id: UUID | None = None
    change: str = Field(default="added", sa_type=Text)


class PlanSeat(Model, TenantRow, table=True):
    """Who sits in a session of a plan; without a session, who needs the course and cannot come at any time."""

    __tablename__ = "plan_seat"
    __table_args__ = (
        UniqueConstraint("tenant_id", "plan_id", "course_id", "person_id"),
        ForeignKeyConstraint(["tenant_id", "plan_id"], ["plan.tenant_id", "plan.id"]),
        ForeignKeyConstraint(["tenant_id", "plan_session_id"], ["plan_session.tenant_id", "plan_session.id"]),
        Index("ix_plan_seat_tenant_id_plan_session_id", "tenant_id", "plan_session_id"),
        Index("ix_plan_seat_tenant_id_person_id", "tenant_id", "person_id"),
    )

    plan_id: UUID
    plan_session_id: UUID | None = None
    course_id: UUID
    person_id: UUID
