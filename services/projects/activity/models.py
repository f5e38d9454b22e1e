"""Activities: the rows of work in a plan, who takes part in them, and what they wait for."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import (
    OPTIONAL_JSON,
    OfProject,
    WindowColumns,
    one_of,
    to_project,
    to_table,
    window_check,
)
from services.projects.plan.vocabulary import ActivityKind, ActivityState, DependencyType, Modality, PartySide, Raci
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

# Hours are exact decimals, never floats (design 8).
HOURS = Numeric(8, 2)


class Activity(Model, TenantRow, Versioned, OfProject, WindowColumns, table=True):
    """One row of work. `is_enabled` is false for a row of an option that was not chosen: kept, but no work.

    `side` is null where the source names nobody. `owner_id` is an account. `done_*` say who closed it.
    `source_ref` is null for a row that the customer added. A row with `fan_out` has children, one for each unit that
    it selects: they carry `parent_id` and `unit_id`, and the parent's dates and state are theirs rolled up.
    `section` and `is_checklist` put it into the checklist view (never a second store). `duration_*` are working days
    of work inside the window, and `is_pinned` keeps the window where it was put when the plan is computed anew.
    `external_party` names the third party that owes a deliverable (X-3RD). `deleted_at` hides a row that was removed.
    """

    __tablename__ = "activity"
    __table_args__ = (
        to_project(),
        to_table("phase", "phase_id"),
        window_check(),
        one_of("kind", ActivityKind),
        one_of("state", ActivityState),
        one_of("side", PartySide),
        one_of("modality", Modality),
        to_table("activity", "parent_id"),
        CheckConstraint("duration_days_min >= 0 AND duration_days_min <= duration_days_max", name="duration"),
        CheckConstraint("(parent_id IS NULL) = (unit_id IS NULL)", name="child"),
        # One row of a source per project, and one child of it per unit.
        Index(
            "uq_activity_source",
            "tenant_id",
            "project_id",
            "source_ref",
            "unit_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("source_ref IS NOT NULL AND deleted_at IS NULL"),
        ),
        Index("ix_activity_tenant_id_parent_id", "tenant_id", "parent_id"),
        Index("ix_activity_tenant_id_unit_id", "tenant_id", "unit_id"),
        # The order of the plan; the list reads it from here.
        Index("ix_activity_tenant_id_project_id_position_id", "tenant_id", "project_id", "position", "id"),
        Index("ix_activity_tenant_id_owner_id", "tenant_id", "owner_id"),
    )

    phase_id: UUID
    track_key: str | None = Field(default=None, sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    position: int
    title: dict[str, Any] = Field(sa_type=JSONB)
    note: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    kind: str = Field(sa_type=Text)
    side: str | None = Field(default=None, sa_type=Text)
    state: str = Field(default=ActivityState.planned.value, sa_type=Text)
    is_enabled: bool = True
    option_key: str | None = Field(default=None, sa_type=Text)
    needs_approval: bool = False
    needed_decision: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    source_uncertain: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    links: list[str] = Field(default_factory=list, sa_type=JSONB)
    modality: str | None = Field(default=None, sa_type=Text)
    section: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    is_checklist: bool = False
    parent_id: UUID | None = None
    unit_id: UUID | None = None
    fan_out: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    is_pinned: bool = False
    duration_days_min: int | None = None
    duration_days_max: int | None = None
    external_party: str | None = Field(default=None, sa_type=Text)
    external_ids: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    owner_id: UUID | None = None
    notes: str = Field(default="", sa_type=Text)
    started_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    done_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    done_by: UUID | None = None
    done_side: str | None = Field(default=None, sa_type=Text)
    deleted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class ActivityParticipation(Model, TenantRow, OfProject, table=True):
    """Who takes part in an activity and as what (RACI), with hours of that participant.

    A participant is a side, one of its roles, or one account. Hours: null is unknown, 0 is "no working time" said
    outright (requirements 9.4). A joint row has R on both sides, and exactly one A.
    """

    __tablename__ = "activity_participation"
    __table_args__ = (
        to_project(),
        to_table("activity", "activity_id"),
        one_of("side", PartySide),
        one_of("raci", Raci),
        CheckConstraint("hours_min >= 0 AND hours_min <= hours_max AND actual_hours >= 0", name="hours"),
        CheckConstraint("(hours_min IS NULL) = (hours_max IS NULL)", name="hours_range"),
        Index("ix_activity_participation_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_activity_participation_tenant_id_activity_id", "tenant_id", "activity_id"),
        Index("ix_activity_participation_tenant_id_account_id", "tenant_id", "account_id"),
        Index(
            "uq_activity_participation_accountable",
            "tenant_id",
            "activity_id",
            unique=True,
            postgresql_where=text("raci = 'A'"),
        ),
    )

    activity_id: UUID
    side: str = Field(sa_type=Text)
    role_key: str | None = Field(default=None, sa_type=Text)
    account_id: UUID | None = None
    raci: str = Field(sa_type=Text)
    hours_min: Decimal | None = Field(default=None, sa_type=HOURS)
    hours_max: Decimal | None = Field(default=None, sa_type=HOURS)
    actual_hours: Decimal | None = Field(default=None, sa_type=HOURS)
    note: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)


class Dependency(Model, TenantRow, Versioned, OfProject, table=True):
    """A link between two activities of one project. `lag_days` are working days, negative for an overlap.

    A soft link is a wish: it is shown where it is broken, and never moves anything.
    """

    __tablename__ = "dependency"
    __table_args__ = (
        to_project(),
        to_table("activity", "predecessor_id"),
        to_table("activity", "successor_id"),
        one_of("type", DependencyType),
        CheckConstraint("predecessor_id <> successor_id", name="itself"),
        UniqueConstraint("tenant_id", "predecessor_id", "successor_id", "type"),
        Index("ix_dependency_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_dependency_tenant_id_successor_id", "tenant_id", "successor_id"),
    )

    predecessor_id: UUID
    successor_id: UUID
    type: str = Field(default=DependencyType.fs.value, sa_type=Text)
    lag_days: int = 0
    is_soft: bool = False
    source_ref: str | None = Field(default=None, sa_type=Text)
