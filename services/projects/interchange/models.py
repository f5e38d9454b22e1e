"""Imports: a file that somebody sent, what it would change, and whether that was done.

The file and what it says lie encrypted in the file store, since both may speak of people: a row here, whose history is
kept for ever, holds ids, numbers and hashes alone.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class ImportState(StrEnum):
    """`reading`: its dry run is on the way. `erased`: file and outcome are gone, the row stays as a record."""

    reading = "reading"
    judged = "judged"
    unreadable = "unreadable"
    applied = "applied"
    erased = "erased"


class PlanImport(Model, TenantRow, Versioned, OfProject, table=True):
    """One import. `created_by` asked for the dry run; `rights` are their side and roles until it is done.

    `options` are phase keys by section and the like; `plan_hash` is of everything that the dry run would change.
    """

    __tablename__ = "plan_import"
    __table_args__ = (
        to_project(),
        to_table("stored_file", "file_id"),
        to_table("stored_file", "outcome_id"),
        one_of("state", ImportState),
        Index("ix_plan_import_tenant_id_project_id_id", "tenant_id", "project_id", "id"),
        Index("ix_plan_import_tenant_id_file_id", "tenant_id", "file_id"),
        Index("ix_plan_import_tenant_id_outcome_id", "tenant_id", "outcome_id"),
    )

    state: str = Field(default=ImportState.reading.value, sa_type=Text)
    format: str | None = Field(default=None, sa_type=Text)
    size: int
    sha256: str = Field(sa_type=Text)
    options: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    rights: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    file_id: UUID | None = None
    outcome_id: UUID | None = None
    job_id: UUID | None = None
    plan_hash: str | None = Field(default=None, sa_type=Text)
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    judged_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    created_by: UUID | None = None
    applied_by: UUID | None = None
    applied_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    purge_after: datetime = Field(sa_type=TIMESTAMP)
