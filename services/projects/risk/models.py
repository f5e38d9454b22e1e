"""Risks, how they were assessed and accepted, the activities that meet them, and the matrices they are scored by."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.plan.vocabulary import PartySide, RiskLevel, RiskTrigger
from services.projects.risk.vocabulary import AssessmentKind, MatrixKind, ProposalState, RiskState, TriggerState
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class RiskMatrix(Model, TenantRow, OfProject, table=True):
    """One version of how a project scores its risks; a change is a new row, the highest number counts.

    `definition` holds the levels and, for a grid, its steps and cells. A project without a row uses the one axis.
    """

    __tablename__ = "risk_matrix"
    __table_args__ = (
        to_project(),
        one_of("kind", MatrixKind),
        CheckConstraint("basis IN ('source', 'startklar')", name="basis"),
        UniqueConstraint("tenant_id", "project_id", "number"),
    )

    number: int
    kind: str = Field(sa_type=Text)
    basis: str = Field(sa_type=Text)
    definition: dict[str, Any] = Field(sa_type=JSONB)
    created_by: UUID
    created_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)


class Risk(Model, TenantRow, Versioned, OfProject, table=True):
    """A risk. The levels are those of its newest assessment of each kind; null until somebody assessed it.

    `trigger_*` say what raises it by itself and what the facts said last.
    """

    __tablename__ = "risk"
    __table_args__ = (
        to_project(),
        one_of("state", RiskState),
        one_of("inherent_level", RiskLevel),
        one_of("current_level", RiskLevel),
        one_of("residual_level", RiskLevel),
        one_of("trigger_kind", RiskTrigger),
        one_of("trigger_state", TriggerState),
        one_of("owner_side", PartySide),
        Index("ix_risk_tenant_id_project_id_position", "tenant_id", "project_id", "position"),
        Index("ix_risk_tenant_id_owner_id", "tenant_id", "owner_id"),
        Index(
            "uq_risk_source",
            "tenant_id",
            "project_id",
            "source_ref",
            unique=True,
            postgresql_where="source_ref IS NOT NULL",
        ),
    )

    position: int
    source_ref: str | None = Field(default=None, sa_type=Text)
    area: str = Field(sa_type=Text)
    event: dict[str, Any] = Field(sa_type=JSONB)
    consequence: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    measure: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    owner_id: UUID | None = None
    owner_role: str | None = Field(default=None, sa_type=Text)
    owner_side: str | None = Field(default=None, sa_type=Text)
    state: str = Field(default=RiskState.open.value, sa_type=Text)
    inherent_level: str | None = Field(default=None, sa_type=Text)
    current_level: str | None = Field(default=None, sa_type=Text)
    residual_level: str | None = Field(default=None, sa_type=Text)
    trigger_kind: str | None = Field(default=None, sa_type=Text)
    trigger_params: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    trigger_state: str | None = Field(default=None, sa_type=Text)
    trigger_changed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)

    @property
    def level(self) -> RiskLevel | None:
        """What the risk is now: as assessed with the measures in place, else as it was before any."""
        level = self.current_level or self.inherent_level
        return RiskLevel(level) if level else None


class RiskAssessment(Model, TenantRow, OfProject, table=True):
    """One scoring of a risk, with the matrix as it was then. Append-only: later matrices never touch it."""

    __tablename__ = "risk_assessment"
    __table_args__ = (
        to_project(),
        to_table("risk", "risk_id"),
        one_of("kind", AssessmentKind),
        one_of("level", RiskLevel),
        CheckConstraint("(likelihood IS NULL) = (consequence IS NULL)", name="axes"),
        Index("ix_risk_assessment_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_risk_assessment_tenant_id_risk_id_id", "tenant_id", "risk_id", "id"),
    )

    risk_id: UUID
    kind: str = Field(sa_type=Text)
    level: str = Field(sa_type=Text)
    likelihood: int | None = None
    consequence: int | None = None
    matrix_number: int
    matrix: dict[str, Any] = Field(sa_type=JSONB)
    note: str = Field(default="", sa_type=Text)
    assessed_by: UUID | None = None
    assessed_side: str = Field(sa_type=Text)
    assessed_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)


class RiskAcceptance(Model, TenantRow, OfProject, table=True):
    """The customer lives with a risk at its level of then, up to and with a day. Append-only."""

    __tablename__ = "risk_acceptance"
    __table_args__ = (
        to_project(),
        to_table("risk", "risk_id"),
        one_of("level", RiskLevel),
        Index("ix_risk_acceptance_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_risk_acceptance_tenant_id_risk_id_id", "tenant_id", "risk_id", "id"),
    )

    risk_id: UUID
    level: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    expires_on: date = Field(sa_type=Date)
    accepted_by: UUID
    accepted_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)


class RiskMeasure(Model, TenantRow, OfProject, table=True):
    """An activity that meets a risk."""

    __tablename__ = "risk_measure"
    __table_args__ = (
        to_project(),
        to_table("risk", "risk_id"),
        to_table("activity", "activity_id"),
        UniqueConstraint("tenant_id", "risk_id", "activity_id"),
        Index("ix_risk_measure_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_risk_measure_tenant_id_activity_id", "tenant_id", "activity_id"),
    )

    risk_id: UUID
    activity_id: UUID


class RiskProposal(Model, TenantRow, Versioned, OfProject, table=True):
    """A risk in somebody's own words, before anybody sorted it in (AU-M). `text` is free text: it never leaves here."""

    __tablename__ = "risk_proposal"
    __table_args__ = (
        to_project(),
        to_table("risk", "risk_id"),
        one_of("state", ProposalState),
        one_of("side", PartySide),
        CheckConstraint("(state = 'promoted') = (risk_id IS NOT NULL)", name="promoted"),
        Index("ix_risk_proposal_tenant_id_project_id_id", "tenant_id", "project_id", "id"),
        Index("ix_risk_proposal_tenant_id_risk_id", "tenant_id", "risk_id"),
        Index("ix_risk_proposal_tenant_id_proposed_by", "tenant_id", "proposed_by"),
    )

    text: str = Field(sa_type=Text)
    area: str | None = Field(default=None, sa_type=Text)
    side: str = Field(sa_type=Text)
    state: str = Field(default=ProposalState.new.value, sa_type=Text)
    risk_id: UUID | None = None
    proposed_by: UUID | None = None
