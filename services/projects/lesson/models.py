"""What was learnt and what is needed: evaluations, lessons and status facts, need cards and the backlog from them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.lesson.vocabulary import LessonKind, RequirementState
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Evaluation(Model, TenantRow, Versioned, OfProject, table=True):
    """The four questions of an evaluation (IM-G), tied to goals, and what came out of it."""

    __tablename__ = "evaluation"
    __table_args__ = (to_project(), Index("ix_evaluation_tenant_id_project_id", "tenant_id", "project_id"))

    title: str = Field(sa_type=Text)
    goal_ids: list[str] = Field(sa_type=JSONB)
    why: str = Field(default="", sa_type=Text)
    what: str = Field(default="", sa_type=Text)
    how: str = Field(default="", sa_type=Text)
    collected_when: str = Field(default="", sa_type=Text)
    outcome: str = Field(default="", sa_type=Text)
    completed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class Lesson(Model, TenantRow, Versioned, OfProject, table=True):
    """A lesson, a fact about how far things are, or a step of the quality loop."""

    __tablename__ = "lesson"
    __table_args__ = (
        to_project(),
        one_of("kind", LessonKind),
        UniqueConstraint("tenant_id", "project_id", "source_ref"),
    )

    kind: str = Field(sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    position: int = 0
    text: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    body: str = Field(default="", sa_type=Text)
    on_date: date | None = Field(default=None, sa_type=Date)


class NeedCard(Model, TenantRow, Versioned, OfProject, table=True):
    """What a group gains, suffers, needs, and how it should feel (VA-C); lists of texts."""

    __tablename__ = "need_card"
    __table_args__ = (to_project(), UniqueConstraint("tenant_id", "project_id", "source_ref"))

    source_ref: str | None = Field(default=None, sa_type=Text)
    stakeholder: dict[str, Any] = Field(sa_type=JSONB)
    description: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    gains: list[dict[str, Any]] = Field(sa_type=JSONB)
    pains: list[dict[str, Any]] = Field(sa_type=JSONB)
    needs: list[dict[str, Any]] = Field(sa_type=JSONB)
    functionality: list[dict[str, Any]] = Field(sa_type=JSONB)
    experience: list[dict[str, Any]] = Field(sa_type=JSONB)


class Requirement(Model, TenantRow, Versioned, OfProject, table=True):
    """A wish in the backlog. `needs_legal_review`: it is not accepted before a lawyer has looked (VA-FX)."""

    __tablename__ = "requirement"
    __table_args__ = (
        to_project(),
        to_table("need_card", "need_card_id"),
        one_of("state", RequirementState),
        UniqueConstraint("tenant_id", "project_id", "source_ref"),
        Index("ix_requirement_tenant_id_need_card_id", "tenant_id", "need_card_id"),
    )

    source_ref: str | None = Field(default=None, sa_type=Text)
    need_card_id: UUID | None = None
    area: str | None = Field(default=None, sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    needs_legal_review: bool = False
    legally_reviewed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    state: str = Field(default=RequirementState.open.value, sa_type=Text)
