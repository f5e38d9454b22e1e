"""Calendar feeds: an address with a secret, under which a calendar program fetches a plan or meetings."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import one_of, to_project, to_table
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class FeedKind(StrEnum):
    """What a feed shows: a project's plan and meetings, a body's meetings, or what is one account's own."""

    project = "project"
    body = "body"
    person = "person"


class CalendarFeed(Model, TenantRow, Versioned, table=True):
    """One feed of one account. Only the SHA-256 of its secret is kept. `last_used_on` is a day, no finer."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        to_project(),
        to_table("body", "body_id"),
        one_of("kind", FeedKind),
        CheckConstraint(
            "(kind = 'project') = (project_id IS NOT NULL) AND (kind = 'body') = (body_id IS NOT NULL)", name="about"
        ),
        UniqueConstraint("tenant_id", "secret_hash"),
        Index("ix_calendar_feed_tenant_id_created_by", "tenant_id", "created_by"),
        Index("ix_calendar_feed_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_calendar_feed_tenant_id_body_id", "tenant_id", "body_id"),
    )

    kind: str = Field(sa_type=Text)
    project_id: UUID | None = None
    body_id: UUID | None = None
    language: str = Field(sa_type=Text)
    secret_hash: bytes = Field(sa_type=LargeBinary)
    created_by: UUID | None = None
    revoked_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    last_used_on: date | None = None
