"""Requests of data subjects: to be shown everything (GDPR article 15) and to be forgotten (article 17)."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.sync.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

Ground = Literal["not_needed", "consent_withdrawn", "objection", "unlawful", "legal_duty", "child_service"]
"""The letters a to f of GDPR article 17(1), in their order."""


class Asked(SQLModel):
    """Mixin: about whom, who asked, and what each service answered. No name and no free text, so that the row may stay.

    `outcomes`, one for each service that was asked: service, state (done or waiting), fault (a word), count, kept, at.
    """

    person_id: UUID | None = None
    account_id: UUID | None = None
    case_ref: str | None = Field(default=None, sa_type=Text)
    asked_by: UUID
    asked_person: UUID | None = None
    outcomes: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    tries: int = Field(default=0)
    job_id: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)

    @property
    def ids(self) -> list[UUID]:
        """What the services know the person by."""
        return [one for one in (self.person_id, self.account_id) if one is not None]

    def note(self, outcome: dict[str, Any]) -> None:
        """Replace what is known of one service."""
        others = [one for one in self.outcomes if one["service"] != outcome["service"]]
        self.outcomes = sorted([*others, outcome], key=lambda one: str(one["service"]))

    def is_done(self, service: str) -> bool:
        return any(one["service"] == service and one["state"] == "done" for one in self.outcomes)


class PersonExport(Asked, Model, TenantRow, Versioned, table=True):
    """Everything that all services hold about one person, as a file that is kept for a few days.

    `state`: running, ready, failed (a service did not answer for a month), erased (the person was, or became
    protected). A ready one whose `file_until` is over has no file any more.
    """

    __tablename__ = "person_export"
    __table_args__ = (
        CheckConstraint("person_id IS NOT NULL OR account_id IS NOT NULL", name="somebody"),
        CheckConstraint("state IN ('running', 'ready', 'failed', 'erased')", name="state"),
        ForeignKeyConstraint(["tenant_id", "file_id"], ["stored_file.tenant_id", "stored_file.id"]),
        Index("ix_person_export_person", "tenant_id", "person_id"),
    )

    state: str = Field(default="running", sa_type=Text)
    file_id: UUID | None = None
    file_until: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class PersonErasure(Asked, Model, TenantRow, Versioned, table=True):
    """Forgetting one person in all services, once a second person has approved it.

    `state`: waiting, refused, running, done, failed. `ground` is why the person may ask (article 17(1)).
    """

    __tablename__ = "person_erasure"
    __table_args__ = (
        CheckConstraint("person_id IS NOT NULL OR account_id IS NOT NULL", name="somebody"),
        CheckConstraint("state IN ('waiting', 'refused', 'running', 'done', 'failed')", name="state"),
        Index("ix_person_erasure_person", "tenant_id", "person_id"),
    )

    ground: str = Field(sa_type=Text)
    state: str = Field(default="waiting", sa_type=Text)
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
