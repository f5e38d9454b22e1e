"""The words of a plan document, and status reports as they were given."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class PlanSection(StrEnum):
    """The parts of a plan document that somebody writes; all others are made from the plan (IM, requirements 1.2)."""

    purpose = "purpose"
    earlier_problem = "earlier_problem"
    need = "need"
    scope = "scope"
    delimitations = "delimitations"
    evaluation_why = "evaluation_why"
    evaluation_what = "evaluation_what"
    evaluation_how = "evaluation_how"
    evaluation_when = "evaluation_when"
    success_factors = "success_factors"
    other_suppliers = "other_suppliers"
    linked_projects = "linked_projects"
    project_meeting = "project_meeting"
    closure = "closure"


class Colour(StrEnum):
    """How it goes: as planned, watched, in need of a decision."""

    green = "green"
    yellow = "yellow"
    red = "red"


class PlanText(Model, TenantRow, Versioned, OfProject, table=True):
    """What somebody wrote for one section. Paragraphs are parted by empty lines."""

    __tablename__ = "plan_text"
    __table_args__ = (
        to_project(),
        one_of("section", PlanSection),
        UniqueConstraint("tenant_id", "project_id", "section"),
    )

    section: str = Field(sa_type=Text)
    content: str = Field(sa_type=Text)
    written_by: UUID | None = None


class StatusReport(Model, TenantRow, OfProject, table=True):
    """A report, never changed. `facts` are those of the moment; `suggested_colour` is what they spoke for."""

    __tablename__ = "status_report"
    __table_args__ = (
        to_project(),
        one_of("colour", Colour),
        one_of("suggested_colour", Colour),
        Index("ix_status_report_tenant_id_project_id_id", "tenant_id", "project_id", "id"),
    )

    title: str = Field(sa_type=Text)
    colour: str = Field(sa_type=Text)
    suggested_colour: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    narrative: str = Field(default="", sa_type=Text)
    facts: dict[str, Any] = Field(sa_type=JSONB)
    reported_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)
    reported_by: UUID | None = None
