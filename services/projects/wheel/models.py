"""The annual wheel: what comes back every school year, and what was made of it in each."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.wheel.vocabulary import WheelAction, WheelAnchor
from shared.kit.db import TenantRow, Versioned


class AnnualWheel(Model, TenantRow, Versioned, OfProject, table=True):
    """The wheel that administration and school leaders share (MIT-W)."""

    __tablename__ = "annual_wheel"
    __table_args__ = (to_project(), UniqueConstraint("tenant_id", "project_id", "key"))

    key: str = Field(sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)


class WheelEvent(Model, TenantRow, Versioned, table=True):
    """What happens every school year, so many days from an anchor. `unit_ids` empty means every unit there is then.

    `anchor` is null for what the source places nowhere: it is rolled only when the customer has placed it.
    """

    __tablename__ = "wheel_event"
    __table_args__ = (
        to_table("annual_wheel", "wheel_id"),
        to_table("indicator", "indicator_id"),
        one_of("anchor", WheelAnchor),
        one_of("action", WheelAction),
        CheckConstraint("offset_days BETWEEN -366 AND 366", name="offset"),
        CheckConstraint(
            "action <> 'data_request' OR (indicator_id IS NULL) <> (question IS NULL)", name="data_request"
        ),
        UniqueConstraint("tenant_id", "wheel_id", "key"),
        Index("ix_wheel_event_tenant_id_indicator_id", "tenant_id", "indicator_id"),
    )

    wheel_id: UUID
    key: str = Field(sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    anchor: str | None = Field(default=None, sa_type=Text)
    offset_days: int = 0
    action: str = Field(sa_type=Text)
    indicator_id: UUID | None = None
    question: str | None = Field(default=None, sa_type=Text)
    unit_ids: list[str] = Field(sa_type=JSONB)
    follow_up_days: int = 30
    feedback_days: int = 60
    audience: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    document: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    source_ref: str | None = Field(default=None, sa_type=Text)


class WheelOccurrence(Model, TenantRow, table=True):
    """What an event became in one school year, named by the year in which it begins; `slot` counts within the year."""

    __tablename__ = "wheel_occurrence"
    __table_args__ = (
        to_table("wheel_event", "event_id"),
        to_table("data_request", "data_request_id"),
        UniqueConstraint("tenant_id", "event_id", "school_year", "slot"),
        Index("ix_wheel_occurrence_tenant_id_data_request_id", "tenant_id", "data_request_id"),
    )

    event_id: UUID
    school_year: int
    slot: int = 0
    on_date: date = Field(sa_type=Date)
    data_request_id: UUID | None = None
