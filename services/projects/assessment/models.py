"""Matrix assessments: areas by levels, answered per unit and period (MIT-M). A matrix ships empty."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, to_project, to_table
from shared.kit.db import TenantRow, Versioned


class AssessmentMatrix(Model, TenantRow, Versioned, OfProject, table=True):
    """Areas and levels. Both are empty until the customer fills them in: the source only links to its content."""

    __tablename__ = "assessment_matrix"
    __table_args__ = (to_project(), UniqueConstraint("tenant_id", "project_id", "key"))

    key: str = Field(sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    source_text: str | None = Field(default=None, sa_type=Text)
    areas: list[dict[str, Any]] = Field(sa_type=JSONB)
    levels: list[dict[str, Any]] = Field(sa_type=JSONB)


class MatrixAssessment(Model, TenantRow, Versioned, table=True):
    """A unit's own assessment in one period: the level of each area that it has judged."""

    __tablename__ = "matrix_assessment"
    __table_args__ = (
        to_table("assessment_matrix", "matrix_id"),
        to_table("unit", "unit_id"),
        CheckConstraint("period_start <= period_end", name="period"),
        UniqueConstraint(
            "tenant_id", "matrix_id", "unit_id", "period_start", "period_end", name="uq_matrix_assessment_slot"
        ),
        Index("ix_matrix_assessment_tenant_id_unit_id", "tenant_id", "unit_id"),
        Index("ix_matrix_assessment_tenant_id_assessed_by", "tenant_id", "assessed_by"),
    )

    matrix_id: UUID
    unit_id: UUID
    period_start: date = Field(sa_type=Date)
    period_end: date = Field(sa_type=Date)
    cells: dict[str, int] = Field(sa_type=JSONB)
    assessed_by: UUID | None = None
