"""Feedback without names: the questions, and one box of answers for each session."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Index, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class FeedbackForm(Model, TenantRow, Versioned, table=True):
    """The tenant's own questions; the id is the tenant's, since there is one form."""

    __tablename__ = "feedback_form"
    __table_args__ = (CheckConstraint("id = tenant_id", name="own"),)

    questions: list[dict[str, Any]] = Field(sa_type=JSONB)


class FeedbackBox(Model, TenantRow, table=True):
    """Everything about one session, whose id it has, in one row: no row, time, transaction or place in the table
    belongs to one person. `spent` are the enrolments that have answered, sorted; `held` are answers that cannot be
    seen yet and `shown` those that can, both shuffled at every change."""

    __tablename__ = "feedback_box"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "id"], ["session.tenant_id", "session.id"]),
        Index("ix_feedback_box_tenant_id_course_id", "tenant_id", "course_id"),
    )

    course_id: UUID
    spent: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid))
    held: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    shown: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
