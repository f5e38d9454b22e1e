"""Deviations: what went wrong, why, and whether the mend helped."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.plan.vocabulary import PartySide
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class DeviationCause(Model, TenantRow, OfProject, table=True):
    """A cause that this project's deviations can be put down to, from its template (MIT-V)."""

    __tablename__ = "deviation_cause"
    __table_args__ = (to_project(), UniqueConstraint("tenant_id", "project_id", "key"))

    key: str = Field(sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    position: int
    title: dict[str, Any] = Field(sa_type=JSONB)


class Deviation(Model, TenantRow, Versioned, OfProject, table=True):
    """A symptom, its root cause and its mend. The supplier sees it only where `is_shared`."""

    __tablename__ = "deviation"
    __table_args__ = (
        to_project(),
        to_table("unit", "unit_id"),
        to_table("indicator", "indicator_id"),
        to_table("activity", "activity_id"),
        one_of("reported_side", PartySide),
        # MIT-V: no closing without root cause and effect check, also for whoever writes past the service.
        CheckConstraint(
            "closed_at IS NULL OR (cause_key IS NOT NULL AND effect_checked_at IS NOT NULL)", name="closable"
        ),
        Index("ix_deviation_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_deviation_tenant_id_unit_id", "tenant_id", "unit_id"),
        Index("ix_deviation_tenant_id_indicator_id", "tenant_id", "indicator_id"),
        Index("ix_deviation_tenant_id_activity_id", "tenant_id", "activity_id"),
        Index("ix_deviation_tenant_id_owner_id", "tenant_id", "owner_id"),
    )

    what: str = Field(sa_type=Text)
    symptom: str = Field(sa_type=Text)
    found_on: date = Field(sa_type=Date)
    unit_id: UUID | None = None
    indicator_id: UUID | None = None
    cause_key: str | None = Field(default=None, sa_type=Text)
    analysis: str = Field(default="", sa_type=Text)
    correction: str = Field(default="", sa_type=Text)
    activity_id: UUID | None = None
    effect_check: str = Field(default="", sa_type=Text)
    is_effective: bool | None = None
    effect_checked_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    owner_id: UUID | None = None
    reported_by: UUID | None = None
    reported_side: str = Field(sa_type=Text)
    is_shared: bool = False
    closed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    closed_by: UUID | None = None
