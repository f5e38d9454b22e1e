"""Moving content from older systems: where it goes, the runs, and every copy until it is purged."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.plan.vocabulary import DataClass, PartySide
from services.projects.transfer.vocabulary import (
    CheckResult,
    ContentScope,
    Currency,
    Disposition,
    EnvironmentKind,
    Medium,
    RunKind,
    RunState,
)
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

_PURGED = "(purged_at IS NULL) = (purge_proof IS NULL)"


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


class CopyLogEntry(Model, TenantRow, Versioned, OfProject, table=True):
    """One stored copy of live personal data. It stays in the log when it is purged; `purge_proof` says how."""

    __tablename__ = "copy_log_entry"
    __table_args__ = (
        to_project(),
        to_table("migration_run", "run_id"),
        one_of("medium", Medium),
        one_of("data_class", DataClass),
        one_of("made_side", PartySide),
        CheckConstraint("medium NOT IN ('usb_drive', 'external_disk', 'tape') OR is_encrypted", name="encrypted"),
        CheckConstraint(_PURGED, name="purged"),
        Index("ix_copy_log_entry_tenant_id_project_id_id", "tenant_id", "project_id", "id"),
        Index("ix_copy_log_entry_tenant_id_run_id", "tenant_id", "run_id"),
        Index("ix_copy_log_entry_tenant_id_made_by", "tenant_id", "made_by"),
    )

    what: str = Field(sa_type=Text)
    place: str = Field(sa_type=Text)
    medium: str = Field(sa_type=Text)
    data_class: str = Field(sa_type=Text)
    is_encrypted: bool
    run_id: UUID | None = None
    made_by: UUID | None = None
    made_side: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=TIMESTAMP)
    purge_due: date = Field(sa_type=Date)
    overdue_told_on: date | None = Field(default=None, sa_type=Date)
    purged_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    purged_by: UUID | None = None
    purge_proof: str | None = Field(default=None, sa_type=Text)


class MigrationEnvironment(Model, TenantRow, Versioned, OfProject, table=True):
    """A test, migration or training environment (X-ENV). With live data or accounts it counts as an open copy."""

    __tablename__ = "migration_environment"
    __table_args__ = (
        to_project(),
        one_of("kind", EnvironmentKind),
        one_of("owner_side", PartySide),
        CheckConstraint("test_accounts >= 0", name="test_accounts"),
        CheckConstraint(_PURGED, name="purged"),
        UniqueConstraint("tenant_id", "project_id", "name"),
    )

    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    owner_side: str = Field(sa_type=Text)
    holds_live_data: bool
    test_accounts: int | None = None
    purge_due: date | None = Field(default=None, sa_type=Date)
    purged_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    purged_by: UUID | None = None
    purge_proof: str | None = Field(default=None, sa_type=Text)


class PurgeCertificate(Model, TenantRow, OfProject, table=True):
    """The customer's statement that no copy is left. Immutable; `entries` is the log that it was given on."""

    __tablename__ = "purge_certificate"
    __table_args__ = (to_project(), UniqueConstraint("tenant_id", "project_id", "number"))

    number: int
    statement: str = Field(sa_type=Text)
    copies: int
    environments: int
    entries: list[dict[str, Any]] = Field(sa_type=JSONB)
    digest: str = Field(sa_type=Text)
    issued_by: UUID
    issued_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)
