"""When people, units and rooms can, and how many of a unit may be away at once."""

from datetime import date, time
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Integer, Text
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class Availability(Model, TenantRow, Versioned, table=True):
    """Hours in which somebody or something is free, or busy, on some weekdays (1: Monday) of a stretch of days.

    Whoever has hours of being free is free in them alone. `from_time` and `to_time` None: the whole day."""

    __tablename__ = "availability"
    __table_args__ = (
        CheckConstraint("subject IN ('everybody', 'unit', 'person', 'room')", name="subject"),
        CheckConstraint("(subject = 'everybody') = (subject_id IS NULL)", name="subject_id"),
        CheckConstraint("kind IN ('free', 'busy')", name="kind"),
        CheckConstraint("starts_on <= ends_on", name="days"),
        CheckConstraint("(from_time IS NULL) = (to_time IS NULL) AND from_time < to_time", name="hours"),
        Index("ix_availability_tenant_id_subject_id", "tenant_id", "subject_id", "starts_on"),
    )

    subject: str = Field(sa_type=Text)
    subject_id: UUID | None = None
    kind: str = Field(sa_type=Text)
    starts_on: date
    ends_on: date
    weekdays: list[int] = Field(sa_type=ARRAY(Integer))
    from_time: time | None = None
    to_time: time | None = None
    zone: str = Field(sa_type=Text)


class AbsenceCap(Model, TenantRow, Versioned, table=True):
    """How many percent of a unit's staff may be away at once; `unit_id` None: of units without one of their own."""

    __tablename__ = "absence_cap"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        Index(
            "uq_absence_cap_tenant_id_unit_id", "tenant_id", "unit_id", unique=True, postgresql_nulls_not_distinct=True
        ),
    )

    unit_id: UUID | None = None
    percent: int
