"""Baselines: the plan as it stood at one moment, kept to compare with."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, WindowColumns, one_of, to_project, to_table, window_check
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow


class BaselineCause(StrEnum):
    """Why a plan was frozen: by hand, when it or a delivery was approved, at a gate, for a decided change."""

    manual = "manual"
    approval = "approval"
    gate = "gate"
    change_request = "change_request"


class BaselineSubject(StrEnum):
    phase = "phase"
    activity = "activity"
    gate = "gate"


class Baseline(Model, TenantRow, OfProject, table=True):
    """A frozen plan. Never changed, never removed. `cause_id` is the gate, approval or request that asked for it."""

    __tablename__ = "baseline"
    __table_args__ = (
        to_project(),
        one_of("cause", BaselineCause),
        Index("ix_baseline_tenant_id_project_id_id", "tenant_id", "project_id", "id"),
    )

    name: str = Field(sa_type=Text)
    cause: str = Field(sa_type=Text)
    cause_id: UUID | None = None
    reason: str = Field(default="", sa_type=Text)
    taken_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)
    taken_by: UUID | None = None


class BaselineItem(Model, TenantRow, WindowColumns, table=True):
    """One row of the plan as it stood. `subject_id` is the phase, activity or gate."""

    __tablename__ = "baseline_item"
    __table_args__ = (
        to_table("baseline", "baseline_id"),
        window_check(),
        one_of("subject", BaselineSubject),
        UniqueConstraint("tenant_id", "baseline_id", "subject", "subject_id"),
    )

    baseline_id: UUID
    subject: str = Field(sa_type=Text)
    subject_id: UUID
    source_ref: str | None = Field(default=None, sa_type=Text)
    position: int
    title: dict[str, Any] = Field(sa_type=JSONB)
    side: str | None = Field(default=None, sa_type=Text)
    state: str | None = Field(default=None, sa_type=Text)
    is_enabled: bool
    duration_days_min: int | None = None
    duration_days_max: int | None = None
