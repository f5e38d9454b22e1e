"""Data requests: what was asked of the units, and what they were given back for it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text, UniqueConstraint
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, to_project, to_table
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class DataRequest(Model, TenantRow, Versioned, OfProject, table=True):
    """Asks units for a value of an indicator in a period, or a free question. Closed only after follow-up and feedback.

    `overdue_told_at` remembers that a missing feedback was told once.
    """

    __tablename__ = "data_request"
    __table_args__ = (
        to_project(),
        to_table("indicator", "indicator_id"),
        CheckConstraint("(indicator_id IS NULL) <> (question IS NULL)", name="asks"),
        CheckConstraint("(indicator_id IS NULL) = (period_start IS NULL)", name="period"),
        CheckConstraint("(period_start IS NULL) = (period_end IS NULL) AND period_start <= period_end", name="span"),
        CheckConstraint("due <= follow_up_due AND follow_up_due <= feedback_due", name="order"),
        # MIT-W1, also for whoever writes past the service.
        CheckConstraint(
            "closed_at IS NULL OR (followed_up_at IS NOT NULL AND feedback_at IS NOT NULL)", name="answered"
        ),
        Index("ix_data_request_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_data_request_tenant_id_indicator_id", "tenant_id", "indicator_id"),
        Index("ix_data_request_tenant_id_owner_id", "tenant_id", "owner_id"),
    )

    title: str = Field(sa_type=Text)
    indicator_id: UUID | None = None
    question: str | None = Field(default=None, sa_type=Text)
    period_start: date | None = Field(default=None, sa_type=Date)
    period_end: date | None = Field(default=None, sa_type=Date)
    due: date = Field(sa_type=Date)
    follow_up_due: date = Field(sa_type=Date)
    feedback_due: date = Field(sa_type=Date)
    owner_id: UUID | None = None
    follow_up: str = Field(default="", sa_type=Text)
    followed_up_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    feedback: str = Field(default="", sa_type=Text)
    feedback_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    closed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    overdue_told_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class DataRequestUnit(Model, TenantRow, table=True):
    """One unit that is asked, and its answer: a measurement, a text, or both."""

    __tablename__ = "data_request_unit"
    __table_args__ = (
        to_table("data_request", "request_id"),
        to_table("unit", "unit_id"),
        UniqueConstraint("tenant_id", "request_id", "unit_id"),
        Index("ix_data_request_unit_tenant_id_unit_id", "tenant_id", "unit_id"),
        Index("ix_data_request_unit_tenant_id_answered_by", "tenant_id", "answered_by"),
    )

    request_id: UUID
    unit_id: UUID
    answer: str = Field(default="", sa_type=Text)
    answered_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    answered_by: UUID | None = None
