"""Activities: the rows of work in a plan."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, WindowColumns, one_of, to_project, to_table, window_check
from services.projects.plan.vocabulary import ActivityKind, ActivityState, PartySide
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Activity(Model, TenantRow, Versioned, OfProject, WindowColumns, table=True):
    """One row of work. `is_enabled` is false for a row of an option that was not chosen: kept, but no work.

    `side` is null where the source names nobody. `owner_id` is an account. `done_*` say who closed it.
    """

    __tablename__ = "activity"
    __table_args__ = (
        to_project(),
        to_table("phase", "phase_id"),
        window_check(),
        one_of("kind", ActivityKind),
        one_of("state", ActivityState),
        one_of("side", PartySide),
        UniqueConstraint("tenant_id", "project_id", "source_ref"),
        # The order of the plan; the list reads it from here.
        Index("ix_activity_tenant_id_project_id_position_id", "tenant_id", "project_id", "position", "id"),
        Index("ix_activity_tenant_id_owner_id", "tenant_id", "owner_id"),
    )

    phase_id: UUID
    track_key: str | None = Field(default=None, sa_type=Text)
    source_ref: str = Field(sa_type=Text)
    position: int
    title: dict[str, Any] = Field(sa_type=JSONB)
    note: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    kind: str = Field(sa_type=Text)
    side: str | None = Field(default=None, sa_type=Text)
    state: str = Field(default=ActivityState.planned.value, sa_type=Text)
    is_enabled: bool = True
    option_key: str | None = Field(default=None, sa_type=Text)
    needs_approval: bool = False
    needed_decision: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    source_uncertain: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    links: list[str] = Field(default_factory=list, sa_type=JSONB)
    owner_id: UUID | None = None
    notes: str = Field(default="", sa_type=Text)
    done_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    done_by: UUID | None = None
    done_side: str | None = Field(default=None, sa_type=Text)
