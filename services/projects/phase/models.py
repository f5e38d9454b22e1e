"""Phases of a project. They may overlap and leave gaps: effort and calendar are independent."""

from typing import Any

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, WindowColumns, to_project, window_check
from shared.kit.db import TenantRow, Versioned


class Phase(Model, TenantRow, Versioned, OfProject, WindowColumns, table=True):
    """One phase. `nominal_weeks_*` is the stated effort, the window the calendar."""

    __tablename__ = "phase"
    __table_args__ = (
        to_project(),
        window_check(),
        CheckConstraint("nominal_weeks_min <= nominal_weeks_max", name="nominal_weeks"),
        UniqueConstraint("tenant_id", "project_id", "key"),
    )

    key: str = Field(sa_type=Text)
    source_ref: str = Field(sa_type=Text)
    position: int
    title: dict[str, Any] = Field(sa_type=JSONB)
    purpose: dict[str, Any] = Field(sa_type=JSONB)
    nominal_weeks_min: int
    nominal_weeks_max: int
