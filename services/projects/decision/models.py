"""Decisions: questions that a body settles, direction decisions about functions among them, and what units use."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.decision.vocabulary import Certainty, DecisionState
from services.projects.plan.columns import OfProject, WindowColumns, one_of, to_project, to_table, window_check
from services.projects.plan.vocabulary import Modality, PartySide
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Decision(Model, TenantRow, Versioned, OfProject, WindowColumns, table=True):
    """A question, and what was decided. The window is when it is needed.

    `key` names the question through all its successors. A row with a modality is a cell of the SKA/BOR/KAN matrix:
    `function` is null where the source cannot be read, then `source_text` and `candidates` say what it may be.
    `activity_id` is what waits for it. `option_key` and `outcome` are null and empty until it is decided; after that
    nothing changes but `state`, to superseded.
    """

    __tablename__ = "decision"
    __table_args__ = (
        to_project(),
        to_table("activity", "activity_id"),
        to_table("body", "body_id"),
        to_table("meeting", "meeting_id"),
        to_table("decision", "supersedes_id"),
        window_check(),
        one_of("by_side", PartySide),
        one_of("modality", Modality),
        one_of("certainty", Certainty),
        one_of("state", DecisionState),
        CheckConstraint("(state IN ('decided', 'superseded')) = (decided_at IS NOT NULL)", name="decided"),
        CheckConstraint("decided_at IS NULL OR body_id IS NOT NULL", name="owner"),
        Index(
            "uq_decision_open",
            "tenant_id",
            "project_id",
            "key",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "uq_decision_decided",
            "tenant_id",
            "project_id",
            "key",
            unique=True,
            postgresql_where=text("state = 'decided'"),
        ),
        Index("ix_decision_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_decision_tenant_id_activity_id", "tenant_id", "activity_id"),
        Index("ix_decision_tenant_id_body_id", "tenant_id", "body_id"),
        Index("ix_decision_tenant_id_meeting_id", "tenant_id", "meeting_id"),
        Index("ix_decision_tenant_id_supersedes_id", "tenant_id", "supersedes_id"),
    )

    key: str = Field(sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    activity_id: UUID | None = None
    body_id: UUID | None = None
    meeting_id: UUID | None = None
    supersedes_id: UUID | None = None
    question: dict[str, Any] = Field(sa_type=JSONB)
    note: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    options: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    by_side: str = Field(default=PartySide.customer.value, sa_type=Text)
    function: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    tool: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    modality: str | None = Field(default=None, sa_type=Text)
    school_forms: list[str] = Field(default_factory=list, sa_type=JSONB)
    certainty: str | None = Field(default=None, sa_type=Text)
    source_text: str | None = Field(default=None, sa_type=Text)
    candidates: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    state: str = Field(default=DecisionState.open.value, sa_type=Text)
    option_key: str | None = Field(default=None, sa_type=Text)
    outcome: str = Field(default="", sa_type=Text)
    valid_from: date | None = None
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    decided_by: UUID | None = None


class FunctionUsage(Model, TenantRow, Versioned, OfProject, table=True):
    """Whether a unit uses what a direction decision is about, and since when. By key: a successor inherits it."""

    __tablename__ = "function_usage"
    __table_args__ = (
        to_project(),
        to_table("unit", "unit_id"),
        UniqueConstraint("tenant_id", "project_id", "decision_key", "unit_id"),
        Index("ix_function_usage_tenant_id_unit_id", "tenant_id", "unit_id"),
    )

    decision_key: str = Field(sa_type=Text)
    unit_id: UUID
    is_in_use: bool
    since: date | None = None
    marked_by: UUID | None = None
