"""Escalations: what the operative level cannot settle goes to the strategic level, which must answer."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class EscalationState(StrEnum):
    raised = "raised"
    answered = "answered"
    closed = "closed"


class Escalation(Model, TenantRow, Versioned, OfProject, table=True):
    """One item from one body to another. It is closed only after it was answered."""

    __tablename__ = "escalation"
    __table_args__ = (
        to_project(),
        to_table("body", "from_body_id"),
        to_table("body", "to_body_id"),
        to_table("activity", "activity_id"),
        to_table("decision", "decision_id"),
        one_of("state", EscalationState),
        CheckConstraint("(state = 'raised') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("from_body_id <> to_body_id", name="bodies"),
        Index("ix_escalation_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_escalation_tenant_id_from_body_id", "tenant_id", "from_body_id"),
        Index("ix_escalation_tenant_id_to_body_id", "tenant_id", "to_body_id"),
        Index("ix_escalation_tenant_id_activity_id", "tenant_id", "activity_id"),
        Index("ix_escalation_tenant_id_decision_id", "tenant_id", "decision_id"),
    )

    from_body_id: UUID
    to_body_id: UUID
    item: str = Field(sa_type=Text)
    activity_id: UUID | None = None
    state: str = Field(default=EscalationState.raised.value, sa_type=Text)
    raised_by: UUID | None = None
    raised_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)
    due_on: date
    answer: str = Field(default="", sa_type=Text)
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    decision_id: UUID | None = None
    closed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)

    def is_overdue(self, today: date) -> bool:
        """Unanswered after the last day."""
        return self.state == EscalationState.raised and today > self.due_on
