"""Gates, what they ask for, and everything that was decided about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.gate.vocabulary import GateState
from services.projects.plan.columns import OfProject, WindowColumns, one_of, to_project, to_table, window_check
from services.projects.plan.vocabulary import CriterionKind, PartySide
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Gate(Model, TenantRow, Versioned, OfProject, WindowColumns, table=True):
    """The milestone that closes a phase. `state` is that of the last transition."""

    __tablename__ = "gate"
    __table_args__ = (
        to_project(),
        to_table("phase", "phase_id"),
        window_check(),
        one_of("state", GateState),
        UniqueConstraint("tenant_id", "project_id", "key"),
    )

    phase_id: UUID
    key: str = Field(sa_type=Text)
    source_ref: str = Field(sa_type=Text)
    position: int
    title: dict[str, Any] = Field(sa_type=JSONB)
    is_window_derived: bool = False
    state: str = Field(default=GateState.open.value, sa_type=Text)
    passed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    passed_by: UUID | None = None


class GateCriterion(Model, TenantRow, table=True):
    """One thing that a gate asks for. `activity_id` is what an `activity_done` criterion waits for."""

    __tablename__ = "gate_criterion"
    __table_args__ = (
        to_table("gate", "gate_id"),
        to_table("activity", "activity_id"),
        one_of("kind", CriterionKind),
        CheckConstraint("(kind = 'activity_done') = (activity_id IS NOT NULL)", name="activity"),
        UniqueConstraint("tenant_id", "gate_id", "key"),
        Index("ix_gate_criterion_tenant_id_activity_id", "tenant_id", "activity_id"),
    )

    gate_id: UUID
    activity_id: UUID | None = None
    key: str = Field(sa_type=Text)
    position: int
    kind: str = Field(sa_type=Text)
    params: dict[str, Any] = Field(sa_type=JSONB)
    title: dict[str, Any] = Field(sa_type=JSONB)
    is_mandatory: bool = True
    basis: str = Field(sa_type=Text)


class GateWaiver(Model, TenantRow, table=True):
    """The customer goes on without a criterion, and says why. Never removed: it stays visible."""

    __tablename__ = "gate_waiver"
    __table_args__ = (to_table("gate_criterion", "criterion_id"), UniqueConstraint("tenant_id", "criterion_id"))

    criterion_id: UUID
    reason: str = Field(sa_type=Text)
    state_then: str = Field(sa_type=Text)
    waived_by: UUID
    waived_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)


class Attestation(Model, TenantRow, table=True):
    """Somebody states, for their side and under their name, that a criterion holds."""

    __tablename__ = "attestation"
    __table_args__ = (
        to_table("gate_criterion", "criterion_id"),
        one_of("side", PartySide),
        UniqueConstraint("tenant_id", "criterion_id"),
    )

    criterion_id: UUID
    statement: str = Field(sa_type=Text)
    side: str = Field(sa_type=Text)
    attested_by: UUID
    attested_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)


class GateTransition(Model, TenantRow, table=True):
    """One change of a gate's state, with what every criterion said then. Append-only.

    `actor_id` is null where a signal or an activity moved the gate.
    """

    __tablename__ = "gate_transition"
    __table_args__ = (
        to_table("gate", "gate_id"),
        Index("ix_gate_transition_tenant_id_gate_id_id", "tenant_id", "gate_id", "id"),
    )

    gate_id: UUID
    from_state: str = Field(sa_type=Text)
    to_state: str = Field(sa_type=Text)
    at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)
    actor_id: UUID | None = None
    actor_side: str | None = Field(default=None, sa_type=Text)
    criteria: list[dict[str, Any]] = Field(sa_type=JSONB)
