"""How a plan is agreed: its way from draft to approved, and the requests to change it afterwards (X-AGREE)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.plan.vocabulary import PlanState
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class RequestState(StrEnum):
    """`approved` means applied too: both are one transaction."""

    draft = "draft"
    submitted = "submitted"
    approved = "approved"
    rejected = "rejected"
    withdrawn = "withdrawn"


class PlanStep(Model, TenantRow, OfProject, table=True):
    """One step of agreeing. Append-only. `baseline_id` is what was approved."""

    __tablename__ = "plan_step"
    __table_args__ = (
        to_project(),
        to_table("baseline", "baseline_id"),
        one_of("to_state", PlanState),
        Index("ix_plan_step_tenant_id_project_id_id", "tenant_id", "project_id", "id"),
    )

    from_state: str = Field(sa_type=Text)
    to_state: str = Field(sa_type=Text)
    comment: str = Field(default="", sa_type=Text)
    at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)
    actor_id: UUID | None = None
    actor_side: str | None = Field(default=None, sa_type=Text)
    baseline_id: UUID | None = None


class ChangeRequest(Model, TenantRow, Versioned, OfProject, table=True):
    """A wish to change an approved plan. `change` is what a reschedule takes, `impact` what it was computed to do.

    `concerns` says whether result, time or budget change (IM-R2). `body_id` is the steering body that decides.
    """

    __tablename__ = "change_request"
    __table_args__ = (
        to_project(),
        to_table("body", "body_id"),
        to_table("baseline", "baseline_id"),
        one_of("state", RequestState),
        Index("ix_change_request_tenant_id_project_id_id", "tenant_id", "project_id", "id"),
    )

    title: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    concerns: list[str] = Field(sa_type=JSONB)
    change: dict[str, Any] = Field(sa_type=JSONB)
    impact: dict[str, Any] = Field(sa_type=JSONB)
    impact_at: datetime = Field(sa_type=TIMESTAMP)
    state: str = Field(default=RequestState.draft.value, sa_type=Text)
    body_id: UUID | None = None
    requested_by: UUID | None = None
    requested_side: str | None = Field(default=None, sa_type=Text)
    submitted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    decided_by: UUID | None = None
    motive: str = Field(default="", sa_type=Text)
    baseline_id: UUID | None = None
