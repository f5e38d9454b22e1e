"""Phases and tracks of a project. Phases may overlap and leave gaps: effort and calendar are independent."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OPTIONAL_JSON, OfProject, WindowColumns, to_project, window_check
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Track(Model, TenantRow, Versioned, OfProject, table=True):
    """A sub-project [delprojekt]: a second way to group activities, across the phases."""

    __tablename__ = "track"
    __table_args__ = (to_project(), UniqueConstraint("tenant_id", "project_id", "key"))

    key: str = Field(sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    position: int
    title: dict[str, Any] = Field(sa_type=JSONB)
    alias: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    content: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)


class Phase(Model, TenantRow, Versioned, OfProject, WindowColumns, table=True):
    """One phase. `nominal_weeks_*` is the stated effort, the window the calendar.

    `deleted_at` hides a phase that was removed: rows that were removed before it still name it.
    """

    __tablename__ = "phase"
    __table_args__ = (
        to_project(),
        window_check(),
        CheckConstraint("nominal_weeks_min <= nominal_weeks_max", name="nominal_weeks"),
        Index(
            "uq_phase_key",
            "tenant_id",
            "project_id",
            "key",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    key: str = Field(sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    position: int
    title: dict[str, Any] = Field(sa_type=JSONB)
    purpose: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    nominal_weeks_min: int | None = None
    nominal_weeks_max: int | None = None
    deleted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
