"""Prerequisites of courses, and completions outside sessions."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class Prerequisite(Model, TenantRow, Versioned, table=True):
    """Before `course_id` people work through `requires_id`: they are asked to (soft), or must (hard) [HAN-T]."""

    __tablename__ = "prerequisite"
    __table_args__ = (
        UniqueConstraint("tenant_id", "course_id", "requires_id"),
        ForeignKeyConstraint(["tenant_id", "course_id"], ["course.tenant_id", "course.id"]),
        ForeignKeyConstraint(["tenant_id", "requires_id"], ["course.tenant_id", "course.id"]),
        CheckConstraint("kind IN ('soft', 'hard')", name="kind"),
        CheckConstraint("course_id <> requires_id", name="other"),
    )

    course_id: UUID
    requires_id: UUID
    kind: str = Field(sa_type=Text)


class Completion(Model, TenantRow, Versioned, table=True):
    """A person worked through a course without a session of ours; counts as attendance. `source` is who says so."""

    __tablename__ = "completion"
    __table_args__ = (
        UniqueConstraint("tenant_id", "person_id", "course_id"),
        ForeignKeyConstraint(["tenant_id", "course_id"], ["course.tenant_id", "course.id"]),
    )

    course_id: UUID
    person_id: UUID
    completed_on: date
    source: str = Field(sa_type=Text)
