"""Catch-up: the tenant's rule, and what it led to for each course [IM-T10]."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class CatchUpPolicy(Model, TenantRow, Versioned, table=True):
    """When catch-up sessions form; the id is the tenant's, since there is one rule."""

    __tablename__ = "catch_up_policy"
    __table_args__ = (
        CheckConstraint("id = tenant_id", name="own"),
        CheckConstraint("mode IN ('propose', 'create')", name="mode"),
        CheckConstraint("min_size >= 1", name="min_size"),
    )

    mode: str = Field(default="propose", sa_type=Text)
    min_size: int = 15
    late_cancel_hours: int = 48
    newcomer_days: int = 90
    lead_days: int = 14


class CatchUp(Model, TenantRow, Versioned, table=True):
    """People who missed a course are to join a session with free seats (`join`), or get one of their own (`form`). Who
    they are is asked when it is done, not kept. One open proposal per course."""

    __tablename__ = "catch_up"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "course_id"], ["course.tenant_id", "course.id"]),
        ForeignKeyConstraint(["tenant_id", "session_id"], ["session.tenant_id", "session.id"]),
        CheckConstraint("kind IN ('join', 'form')", name="kind"),
        CheckConstraint("state IN ('proposed', 'done', 'dismissed', 'withdrawn')", name="state"),
        Index(
            "uq_catch_up_tenant_id_course_id",
            "tenant_id",
            "course_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    course_id: UUID
    kind: str = Field(sa_type=Text)
    state: str = Field(default="proposed", sa_type=Text)
    people: int
    session_id: UUID | None = None
    starts_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    ends_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    zone: str | None = Field(default=None, sa_type=Text)
    place: str | None = Field(default=None, sa_type=Text)
