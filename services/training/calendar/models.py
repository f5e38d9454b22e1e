"""Calendar feeds: an address with a secret, under which a calendar program fetches sessions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class CalendarFeed(Model, TenantRow, Versioned, table=True):
    """What one person attends (`personal`) or holds (`trainer`), or the sessions that people of one unit attend.

    Only the SHA-256 of the secret is kept. `last_used_on` is a day, no finer.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        CheckConstraint("kind IN ('personal', 'trainer', 'unit')", name="kind"),
        CheckConstraint(
            "(kind = 'unit') = (unit_id IS NOT NULL) AND (kind = 'unit') = (person_id IS NULL)", name="about"
        ),
        UniqueConstraint("tenant_id", "secret_hash"),
        Index("ix_calendar_feed_tenant_id_created_by", "tenant_id", "created_by"),
    )

    kind: str = Field(sa_type=Text)
    person_id: UUID | None = None
    unit_id: UUID | None = None
    language: str = Field(sa_type=Text)
    secret_hash: bytes = Field(sa_type=LargeBinary)
    created_by: UUID
    revoked_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    last_used_on: date | None = None
