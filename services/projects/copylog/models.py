"""Every stored copy of live personal data until it is purged, and the certificates that none is left."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.copylog.vocabulary import EnvironmentKind, Medium
from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.plan.vocabulary import DataClass, PartySide
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

_PURGED = "(purged_at IS NULL) = (purge_proof IS NULL)"


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
