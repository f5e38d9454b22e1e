"""Cases for a person to decide: is a delivered row the person that the roster knows?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class CorrelationCase(Model, TenantRow, Versioned, table=True):
    """A row of a source and a person of the roster. No names: these are the roster's, as it shows them today.

    `civic_hash` and `login_digest` are the marks that the row carried; a decision holds for as long as it carries them.
    `other_id` is the person of whom these marks speak, where the roster knows one.
    """

    __tablename__ = "correlation_case"
    __table_args__ = (
        UniqueConstraint("tenant_id", "source", "source_id", "person_id"),
        CheckConstraint("kind IN ('id_reused', 'identity_conflict', 'perhaps_same')", name="kind"),
        CheckConstraint("state IN ('open', 'decided', 'gone')", name="state"),
        CheckConstraint("decision IN ('same', 'different', 'later')", name="decision"),
        ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
        ForeignKeyConstraint(["tenant_id", "run_id"], ["run.tenant_id", "run.id"]),
        Index("ix_correlation_case_person", "tenant_id", "person_id"),
    )

    kind: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    source_id: str = Field(sa_type=Text)
    person_id: UUID
    other_id: UUID | None = None
    run_id: UUID
    file: str = Field(sa_type=Text)
    line: int | None = None
    civic_hash: bytes | None = None
    login_digest: bytes | None = None
    state: str = Field(sa_type=Text)
    decision: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
