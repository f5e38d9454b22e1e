"""Comparisons with the platform's export, the accounts that it told of, and where they differ from the roster.

No name, mail address or login name of the platform is stored: they are compared while they are read and then gone.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy import Uuid as SqlUuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class PlatformComparison(Model, TenantRow, Versioned, table=True):
    """One reading of a platform's export. `state`: queued, done, failed.

    `counts` are differences by kind, `units` the same by unit with head counts (`excused`: of these differences, those
    that the platform makes because it must), `incomplete` the kinds of rows that
    the export may hold only in part: of those nothing is said to be missing. `roster_version` is what it was compared
    with.
    """

    __tablename__ = "platform_comparison"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'done', 'failed')", name="state"),
        ForeignKeyConstraint(["tenant_id", "source_id"], ["source.tenant_id", "source.id"]),
        ForeignKeyConstraint(["tenant_id", "upload_id"], ["upload.tenant_id", "upload.id"]),
        UniqueConstraint("tenant_id", "upload_id"),
    )

    source_id: UUID
    upload_id: UUID
    state: str = Field(default="queued", sa_type=Text)
    job_id: UUID | None = None
    started_by: UUID | None = None
    roster_version: int | None = Field(default=None, sa_type=BigInteger)
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    units: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    files: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    incomplete: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    problem: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class PlatformAccount(Model, TenantRow, table=True):
    """An account as the newest comparison of its source saw it, of a person of the roster (`person_id`) or of nobody.

    `row_ref` is the platform's own key of it: empty where it would tell who a protected person is.
    """

    __tablename__ = "platform_account"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "comparison_id"],
            ["platform_comparison.tenant_id", "platform_comparison.id"],
            ondelete="CASCADE",
        ),
        Index("ix_platform_account_person", "tenant_id", "person_id"),
        Index("ix_platform_account_comparison", "tenant_id", "comparison_id", "id"),
    )

    comparison_id: UUID
    person_id: UUID | None = None
    row_ref: str | None = Field(default=None, sa_type=Text)
    is_active: bool
    last_login_on: date | None = None
    unit_ids: list[UUID] = Field(default_factory=list, sa_type=ARRAY(SqlUuid))


class PlatformDifference(Model, TenantRow, table=True):
    """One way in which the export differs from the roster: a rule's name as `kind`, and its likely `cause`.

    `mark` is a digest of what differs where, the same in every comparison: it tells old differences from new ones.
    """

    __tablename__ = "platform_difference"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "comparison_id"],
            ["platform_comparison.tenant_id", "platform_comparison.id"],
            ondelete="CASCADE",
        ),
        Index("ix_platform_difference_comparison", "tenant_id", "comparison_id", "unit_id", "id"),
        Index("ix_platform_difference_person", "tenant_id", "person_id"),
    )

    comparison_id: UUID
    kind: str = Field(sa_type=Text)
    severity: str = Field(sa_type=Text)
    cause: str | None = Field(default=None, sa_type=Text)
    unit_id: UUID | None = None
    person_id: UUID | None = None
    row_ref: str | None = Field(default=None, sa_type=Text)
    file: str = Field(default="", sa_type=Text)
    line: int | None = None
    column_name: str | None = Field(default=None, sa_type=Text)
    mark: str = Field(sa_type=Text)
