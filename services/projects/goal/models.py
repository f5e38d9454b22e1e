"""Goals, how they are measured, and what was measured."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Numeric, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.goal.vocabulary import GoalKind, GoalState, IndicatorDirection, IndicatorScope, MeasurementKind
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

VALUE = Numeric(18, 4)


class Goal(Model, TenantRow, Versioned, OfProject, table=True):
    """What shall be reached. `perspective` is null where the source does not say to which one a goal belongs (VA-E).

    `owner_*` answer for it also after the project; `inform_role` is who is told when it cannot be reached (IM-G).
    """

    __tablename__ = "goal"
    __table_args__ = (
        to_project(),
        one_of("kind", GoalKind),
        one_of("state", GoalState),
        UniqueConstraint("tenant_id", "project_id", "source_ref"),
        Index("ix_goal_tenant_id_owner_id", "tenant_id", "owner_id"),
    )

    kind: str = Field(sa_type=Text)
    perspective: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    position: int
    title: dict[str, Any] = Field(sa_type=JSONB)
    measure: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    note: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    source_uncertain: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    source_ref: str | None = Field(default=None, sa_type=Text)
    owner_role: str | None = Field(default=None, sa_type=Text)
    owner_id: UUID | None = None
    inform_role: str | None = Field(default=None, sa_type=Text)
    state: str = Field(default=GoalState.active.value, sa_type=Text)
    informed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class GoalLink(Model, TenantRow, OfProject, table=True):
    """A project goal makes an effect goal possible; many to many (IM-G)."""

    __tablename__ = "goal_link"
    __table_args__ = (
        to_project(),
        to_table("goal", "project_goal_id"),
        to_table("goal", "effect_goal_id"),
        UniqueConstraint("tenant_id", "project_goal_id", "effect_goal_id", name="uq_goal_link_pair"),
        Index("ix_goal_link_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_goal_link_tenant_id_effect_goal_id", "tenant_id", "effect_goal_id"),
    )

    project_goal_id: UUID
    effect_goal_id: UUID


class Indicator(Model, TenantRow, Versioned, OfProject, table=True):
    """How a goal is measured. `counts_persons`: values are about people, so groups below five are never shown."""

    __tablename__ = "indicator"
    __table_args__ = (
        to_project(),
        to_table("goal", "goal_id"),
        one_of("direction", IndicatorDirection),
        one_of("scope", IndicatorScope),
        UniqueConstraint("tenant_id", "project_id", "source_ref"),
        Index("ix_indicator_tenant_id_goal_id", "tenant_id", "goal_id"),
    )

    goal_id: UUID
    source_ref: str | None = Field(default=None, sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    unit: str = Field(sa_type=Text)
    direction: str = Field(sa_type=Text)
    scope: str = Field(sa_type=Text)
    counts_persons: bool = False
    numerator: str | None = Field(default=None, sa_type=Text)
    denominator: str | None = Field(default=None, sa_type=Text)
    method: str | None = Field(default=None, sa_type=Text)
    schedule: str | None = Field(default=None, sa_type=Text)


class Measurement(Model, TenantRow, Versioned, table=True):
    """One value of an indicator, for the whole project (`unit_id` null) or one unit. `n` is how many people it is of.

    One baseline per indicator and scope, over before the first actual begins: the index and the trigger of the
    migration hold both, whatever writes.
    """

    __tablename__ = "measurement"
    __table_args__ = (
        to_table("indicator", "indicator_id"),
        to_table("unit", "unit_id"),
        one_of("kind", MeasurementKind),
        CheckConstraint("period_start <= period_end", name="period"),
        CheckConstraint("n >= 0", name="n"),
        Index(
            "uq_measurement_slot",
            *("tenant_id", "indicator_id", "unit_id", "kind", "period_start", "period_end"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "uq_measurement_baseline",
            *("tenant_id", "indicator_id", "unit_id"),
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("kind = 'baseline'"),
        ),
        Index("ix_measurement_tenant_id_unit_id", "tenant_id", "unit_id"),
        Index("ix_measurement_tenant_id_recorded_by", "tenant_id", "recorded_by"),
    )

    indicator_id: UUID
    unit_id: UUID | None = None
    kind: str = Field(sa_type=Text)
    period_start: date = Field(sa_type=Date)
    period_end: date = Field(sa_type=Date)
    value: Decimal = Field(sa_type=VALUE)
    n: int | None = None
    source: str = Field(sa_type=Text)
    recorded_by: UUID | None = None
