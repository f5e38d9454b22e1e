"""Consultations [remiss]: a document goes out, answers come in, and each answer is dealt with."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class ConsultationState(StrEnum):
    open = "open"
    closed = "closed"


class Disposition(StrEnum):
    """What became of a response."""

    accepted = "accepted"
    partly = "partly"
    rejected = "rejected"
    noted = "noted"


class Consultation(Model, TenantRow, Versioned, OfProject, table=True):
    """One version of one document, sent to an audience (`{"bodyId": ..}` or `{"name": ..}` of an organisation)."""

    __tablename__ = "consultation"
    __table_args__ = (
        to_project(),
        one_of("state", ConsultationState),
        Index("ix_consultation_tenant_id_project_id", "tenant_id", "project_id"),
    )

    title: str = Field(sa_type=Text)
    document_ref: str = Field(sa_type=Text)
    document_version: str = Field(sa_type=Text)
    audience: list[dict[str, Any]] = Field(sa_type=JSONB)
    due_on: date
    state: str = Field(default=ConsultationState.open.value, sa_type=Text)
    closed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class ConsultationResponse(Model, TenantRow, Versioned, table=True):
    """An answer, and how it was dealt with. `content` and `motive` are free text: not in journal or events."""

    __tablename__ = "consultation_response"
    __table_args__ = (
        to_table("consultation", "consultation_id"),
        one_of("disposition", Disposition),
        CheckConstraint("(disposition IS NULL) = (disposed_at IS NULL)", name="disposed"),
        Index("ix_consultation_response_tenant_id_consultation_id", "tenant_id", "consultation_id"),
        Index("ix_consultation_response_tenant_id_account_id", "tenant_id", "account_id"),
    )

    consultation_id: UUID
    respondent: str = Field(sa_type=Text)
    account_id: UUID | None = None
    content: str = Field(sa_type=Text)
    received_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)
    disposition: str | None = Field(default=None, sa_type=Text)
    motive: str = Field(default="", sa_type=Text)
    disposed_by: UUID | None = None
    disposed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
