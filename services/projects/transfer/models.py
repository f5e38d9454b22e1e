"""Moving content from older systems: where it goes, the runs, and every copy until it is purged."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.plan.vocabulary import DataClass
from services.projects.transfer.vocabulary import (
    CheckResult,
    ContentScope,
    Currency,
    Disposition,
    RunKind,
    RunState,
)
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class TransferDestination(Model, TenantRow, Versioned, OfProject, table=True):
    """Where content can go. `ceiling` is the highest data class it may hold; null: nobody has said, so nothing may."""

    __tablename__ = "transfer_destination"
    __table_args__ = (
        to_project(),
        one_of("ceiling", DataClass),
        UniqueConstraint("tenant_id", "project_id", "key"),
    )

    key: str = Field(sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    ceiling: str | None = Field(default=None, sa_type=Text)


class MigrationFlow(Model, TenantRow, Versioned, OfProject, table=True):
    """A category of content and what becomes of it; null `disposition` is still to be decided.

    `is_sensitive` null means either. `decision_ref` names the decision that sensitive content needs of its own.
    `reach_percent` (children who benefit) and `use_percent` (expected use in the new system) give its priority.
    """

    __tablename__ = "migration_flow"
    __table_args__ = (
        to_project(),
        to_table("transfer_destination", "destination_id"),
        one_of("scope", ContentScope),
        one_of("currency", Currency),
        one_of("data_class", DataClass),
        one_of("disposition", Disposition),
        CheckConstraint("(disposition = 'route') = (destination_id IS NOT NULL)", name="destination"),
        CheckConstraint("reach_percent BETWEEN 0 AND 100 AND use_percent BETWEEN 0 AND 100", name="priority"),
        Index("ix_migration_flow_tenant_id_project_id_position", "tenant_id", "project_id", "position"),
        Index("ix_migration_flow_tenant_id_destination_id", "tenant_id", "destination_id"),
        Index(
            "uq_migration_flow_source",
            "tenant_id",
            "project_id",
            "source_ref",
            unique=True,
            postgresql_where="source_ref IS NOT NULL",
        ),
    )

    position: int
    source_ref: str | None = Field(default=None, sa_type=Text)
    scope: str | None = Field(default=None, sa_type=Text)
    content: dict[str, Any] = Field(sa_type=JSONB)
    currency: str = Field(default=Currency.any.value, sa_type=Text)
    is_sensitive: bool | None = None
    data_class: str | None = Field(default=None, sa_type=Text)
    from_system: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    is_enabled: bool = True
    option_key: str | None = Field(default=None, sa_type=Text)
    disposition: str | None = Field(default=None, sa_type=Text)
    destination_id: UUID | None = None
    decision_ref: str | None = Field(default=None, sa_type=Text)
    reach_percent: int | None = None
    use_percent: int | None = None
    note: dict[str, Any] | None = Field(default=None, sa_type=JSONB)


class MigrationRun(Model, TenantRow, Versioned, OfProject, table=True):
    """One transfer of one flow, as a trial or for real, checked by every unit that it concerns."""

    __tablename__ = "migration_run"
    __table_args__ = (
        to_project(),
        to_table("migration_flow", "flow_id"),
        one_of("kind", RunKind),
        one_of("state", RunState),
        Index("ix_migration_run_tenant_id_project_id_id", "tenant_id", "project_id", "id"),
        Index("ix_migration_run_tenant_id_flow_id", "tenant_id", "flow_id"),
    )

    flow_id: UUID
    kind: str = Field(sa_type=Text)
    state: str = Field(default=RunState.started.value, sa_type=Text)
    items: int | None = None
    started_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)
    finished_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class MigrationCheck(Model, TenantRow, OfProject, table=True):
    """One unit's look at its transferred content; `result` is null until it has looked."""

    __tablename__ = "migration_check"
    __table_args__ = (
        to_project(),
        to_table("migration_run", "run_id"),
        to_table("unit", "unit_id"),
        one_of("result", CheckResult),
        CheckConstraint("(result IS NULL) = (checked_at IS NULL)", name="checked"),
        UniqueConstraint("tenant_id", "run_id", "unit_id"),
        Index("ix_migration_check_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_migration_check_tenant_id_unit_id", "tenant_id", "unit_id"),
    )

    run_id: UUID
    unit_id: UUID
    result: str | None = Field(default=None, sa_type=Text)
    note: str = Field(default="", sa_type=Text)
    checked_by: UUID | None = None
    checked_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
