"""Fetches from declared sources: asked for, tried, and what came of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.sync.db import Model
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow


class SourceFetch(Model, TenantRow, table=True):
    """One delivery that was asked for. `waiting`: failed for now, tried again at `next_attempt_at`. `unchanged`: the
    source has nothing newer than `upload_id`, which an earlier fetch brought. `problem` is the slug of the last one.
    """

    __tablename__ = "source_fetch"
    __table_args__ = (
        CheckConstraint("origin IN ('request', 'schedule', 'notice')", name="origin"),
        CheckConstraint("state IN ('queued', 'waiting', 'running', 'stored', 'unchanged', 'failed')", name="state"),
        ForeignKeyConstraint(["tenant_id", "source_id"], ["source.tenant_id", "source.id"]),
        ForeignKeyConstraint(["tenant_id", "upload_id"], ["upload.tenant_id", "upload.id"]),
        ForeignKeyConstraint(["tenant_id", "run_id"], ["run.tenant_id", "run.id"]),
        Index("ix_source_fetch_source", "tenant_id", "source_id", "id"),
        Index(
            "uq_source_fetch_going_on",
            "tenant_id",
            "source_id",
            unique=True,
            postgresql_where=text("state IN ('queued', 'waiting', 'running')"),
        ),
    )

    source_id: UUID
    origin: str = Field(sa_type=Text)
    state: str = Field(default="queued", sa_type=Text)
    attempts: int = 0
    started_by: UUID | None = None
    job_id: UUID | None = None
    upload_id: UUID | None = None
    run_id: UUID | None = None
    problem: str | None = Field(default=None, sa_type=Text)
    detail: str | None = Field(default=None, sa_type=Text)
    notes: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    created_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP)
    next_attempt_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
