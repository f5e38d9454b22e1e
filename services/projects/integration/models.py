"""The systems around a rollout, and how each is connected step by step and verified before it is used."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.integration.vocabulary import Direction, IntegrationState, SystemKind, VerificationResult
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.plan.vocabulary import PartySide
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class SystemEntry(Model, TenantRow, Versioned, OfProject, table=True):
    """A system that the rollout touches. `exit_rule` says what happens to the data when it is left."""

    __tablename__ = "system_entry"
    __table_args__ = (
        to_project(),
        one_of("kind", SystemKind),
        one_of("direction", Direction),
        one_of("owner_side", PartySide),
        UniqueConstraint("tenant_id", "project_id", "key"),
    )

    position: int
    key: str = Field(sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    kind: str = Field(sa_type=Text)
    direction: str | None = Field(default=None, sa_type=Text)
    protocol: str | None = Field(default=None, sa_type=Text)
    owner_side: str | None = Field(default=None, sa_type=Text)
    owner_name: str | None = Field(default=None, sa_type=Text)
    data_classes: list[str] = Field(default_factory=list, sa_type=JSONB)
    exit_rule: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    note: dict[str, Any] | None = Field(default=None, sa_type=JSONB)


class Integration(Model, TenantRow, Versioned, OfProject, table=True):
    """The connection of one system. `soak_days` are watched without a failure before it can count as verified.

    `licence_activity_id` is the third party's deliverable that it waits for, such as licence keys (HAN-K04).
    """

    __tablename__ = "integration"
    __table_args__ = (
        to_project(),
        to_table("system_entry", "system_id"),
        to_table("activity", "licence_activity_id"),
        one_of("state", IntegrationState),
        one_of("side", PartySide),
        CheckConstraint("soak_days >= 0", name="soak_days"),
        UniqueConstraint("tenant_id", "project_id", "key"),
        Index("ix_integration_tenant_id_system_id", "tenant_id", "system_id"),
        Index("ix_integration_tenant_id_licence_activity_id", "tenant_id", "licence_activity_id"),
    )

    system_id: UUID
    key: str = Field(sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    side: str = Field(sa_type=Text)
    state: str = Field(default=IntegrationState.planned.value, sa_type=Text)
    soak_days: int = 0
    soak_from: date | None = Field(default=None, sa_type=Date)
    licence_activity_id: UUID | None = None
    verified_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    activated_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    activated_by: UUID | None = None


class IntegrationStep(Model, TenantRow, OfProject, table=True):
    """One step, which is an activity of the plan: its hours, owners and state stand there and nowhere else."""

    __tablename__ = "integration_step"
    __table_args__ = (
        to_project(),
        to_table("integration", "integration_id"),
        to_table("activity", "activity_id"),
        UniqueConstraint("tenant_id", "integration_id", "activity_id"),
        Index("ix_integration_step_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_integration_step_tenant_id_activity_id", "tenant_id", "activity_id"),
    )

    integration_id: UUID
    activity_id: UUID
    position: int


class IntegrationVerification(Model, TenantRow, OfProject, table=True):
    """What somebody found when they compared both systems. Append-only."""

    __tablename__ = "integration_verification"
    __table_args__ = (
        to_project(),
        to_table("integration", "integration_id"),
        one_of("result", VerificationResult),
        one_of("side", PartySide),
        CheckConstraint("checked >= 0 AND deviations >= 0 AND deviations <= checked", name="numbers"),
        Index("ix_integration_verification_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_integration_verification_tenant_id_integration_id_id", "tenant_id", "integration_id", "id"),
    )

    integration_id: UUID
    verified_on: date = Field(sa_type=Date)
    result: str = Field(sa_type=Text)
    method: str = Field(sa_type=Text)
    checked: int | None = None
    deviations: int | None = None
    note: str = Field(default="", sa_type=Text)
    side: str = Field(sa_type=Text)
    verified_by: UUID | None = None
    recorded_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)
