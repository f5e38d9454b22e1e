"""Where the authority keeps learning records, and which of them it has from us [xAPI]."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class RecordStore(Model, TenantRow, Versioned, table=True):
    """The tenant's learning record store. `sealed` holds its password and the key of our pseudonyms there.
    `paused` after too many failures, or by hand; `told_of_failure` says what the last one was."""

    __tablename__ = "record_store"
    __table_args__ = (
        UniqueConstraint("tenant_id"),
        CheckConstraint("state IN ('active', 'paused')", name="state"),
    )

    url: str = Field(sa_type=Text)
    username: str = Field(sa_type=Text)
    sealed: bytes = Field(sa_type=LargeBinary)
    state: str = Field(default="active", sa_type=Text)
    told_of_failure: str | None = Field(default=None, sa_type=Text)
    failures: int = 0
    tries_at: datetime = Field(sa_type=TIMESTAMP)


class Statement(Model, TenantRow, table=True):
    """A statement that the store has: about an enrolment or a completion, never twice about the same."""

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("tenant_id", "subject_id", "verb"),
        CheckConstraint("verb IN ('registered', 'attended', 'completed')", name="verb"),
    )

    subject_id: UUID
    verb: str = Field(sa_type=Text)
    stored_at: datetime = Field(sa_type=TIMESTAMP)
