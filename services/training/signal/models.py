"""The signals last told to the world, so that only changes are published."""

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned

SignalKind = Literal["key_persons", "attendance", "missed", "access", "trainer_capacity", "course_demand"]
AccessState = Literal["granted", "missing", "pending", "unknown"]


class TrainingSignal(Model, TenantRow, Versioned, table=True):
    """One fact that was computed. `unit_id` null: the whole authority; `key`: the role or the course; `value`: the
    fields of its event (`shared/contracts/training_signal.py`)."""

    __tablename__ = "training_signal"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('key_persons', 'attendance', 'missed', 'access', 'trainer_capacity', 'course_demand')",
            name="kind",
        ),
        Index(
            "uq_training_signal_tenant_id_kind_unit_id_key",
            "tenant_id",
            "kind",
            "unit_id",
            "key",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    kind: str = Field(sa_type=Text)
    unit_id: UUID | None = None
    key: str = Field(default="", sa_type=Text)
    value: dict[str, Any] = Field(sa_type=JSONB)
