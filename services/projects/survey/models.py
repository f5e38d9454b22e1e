"""Surveys. What an anonymous person answered stands in no row that also says who answered."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.survey.vocabulary import Respondent, SurveySource
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class SurveyDefinition(Model, TenantRow, Versioned, OfProject, table=True):
    """The questions, scale and score formula of a survey. Never changed: a change is a new revision of the same key."""

    __tablename__ = "survey_definition"
    __table_args__ = (
        to_project(),
        one_of("respondent", Respondent),
        one_of("source", SurveySource),
        CheckConstraint("scale_min < scale_max", name="scale"),
        UniqueConstraint("tenant_id", "project_id", "key", "revision"),
    )

    key: str = Field(sa_type=Text)
    revision: int = 1
    title: dict[str, Any] = Field(sa_type=JSONB)
    source: str = Field(sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    source_text: str | None = Field(default=None, sa_type=Text)
    respondent: str = Field(sa_type=Text)
    is_anonymous: bool
    audience: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    scale_min: int
    scale_max: int
    questions: list[dict[str, Any]] = Field(sa_type=JSONB)
    formula_version: int = 1


class Survey(Model, TenantRow, Versioned, OfProject, table=True):
    """One round of a definition. An anonymous one has a ballot box until it closes (`benefit.ballots`)."""

    __tablename__ = "survey"
    __table_args__ = (
        to_project(),
        to_table("survey_definition", "definition_id"),
        CheckConstraint("opens_on <= closes_on", name="time"),
        Index("ix_survey_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_survey_tenant_id_definition_id", "tenant_id", "definition_id"),
    )

    definition_id: UUID
    title: dict[str, Any] = Field(sa_type=JSONB)
    opens_on: date = Field(sa_type=Date)
    closes_on: date = Field(sa_type=Date)
    closed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class SurveyUnit(Model, TenantRow, table=True):
    """A unit that a survey asks."""

    __tablename__ = "survey_unit"
    __table_args__ = (
        to_table("survey", "survey_id"),
        to_table("unit", "unit_id"),
        UniqueConstraint("tenant_id", "survey_id", "unit_id"),
        Index("ix_survey_unit_tenant_id_unit_id", "tenant_id", "unit_id"),
    )

    survey_id: UUID
    unit_id: UUID


class SurveyResponse(Model, TenantRow, table=True):
    """One answer. `respondent_id` and `answered_at` are null where the survey is anonymous."""

    __tablename__ = "survey_response"
    __table_args__ = (
        to_table("survey", "survey_id"),
        to_table("unit", "unit_id"),
        Index(
            "uq_survey_response_unit",
            *("tenant_id", "survey_id", "unit_id"),
            unique=True,
            postgresql_where=text("is_unit"),
        ),
        Index(
            "uq_survey_response_person",
            *("tenant_id", "survey_id", "respondent_id"),
            unique=True,
            postgresql_where=text("NOT is_unit"),
        ),
        Index("ix_survey_response_tenant_id_survey_id", "tenant_id", "survey_id"),
        Index("ix_survey_response_tenant_id_unit_id", "tenant_id", "unit_id"),
        Index("ix_survey_response_tenant_id_respondent_id", "tenant_id", "respondent_id"),
    )

    survey_id: UUID
    unit_id: UUID
    is_unit: bool
    respondent_id: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    answers: dict[str, int] = Field(sa_type=JSONB)


class SurveyComment(Model, TenantRow, table=True):
    """A free text, tied to its survey and question alone; to a unit only where the unit is the respondent."""

    __tablename__ = "survey_comment"
    __table_args__ = (
        to_table("survey", "survey_id"),
        to_table("unit", "unit_id"),
        Index("ix_survey_comment_tenant_id_survey_id", "tenant_id", "survey_id"),
        Index("ix_survey_comment_tenant_id_unit_id", "tenant_id", "unit_id"),
    )

    survey_id: UUID
    unit_id: UUID | None = None
    question_key: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
