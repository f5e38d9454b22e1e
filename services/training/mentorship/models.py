"""Who had a course before accompanies who has it now [MIT-T: a course of two terms, repeated every year]."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class Mentorship(Model, TenantRow, Versioned, table=True):
    """A mentee has one mentor at a time in a course; it is active until `ends_on` is set."""

    __tablename__ = "mentorship"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "course_id"], ["course.tenant_id", "course.id"]),
        CheckConstraint("mentor_id <> mentee_id", name="other"),
        CheckConstraint("ends_on >= starts_on", name="order"),
        Index(
            "uq_mentorship_tenant_id_course_id_mentee_id",
            "tenant_id",
            "course_id",
            "mentee_id",
            unique=True,
            postgresql_where=text("ends_on IS NULL"),
        ),
        Index("ix_mentorship_tenant_id_mentor_id", "tenant_id", "mentor_id"),
        Index("ix_mentorship_tenant_id_mentee_id", "tenant_id", "mentee_id"),
    )

    course_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    starts_on: date
    ends_on: date | None = None
