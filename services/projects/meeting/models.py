"""Meetings of the bodies: series, what is on the table, and what came of it."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.plan.vocabulary import LifecycleStage
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class MeetingState(StrEnum):
    planned = "planned"
    summoned = "summoned"
    held = "held"
    cancelled = "cancelled"


class MeetingSeries(Model, TenantRow, Versioned, OfProject, table=True):
    """Meetings that follow from a body's cadence in one stage. `local_start` is a clock time in `zone`.

    `weekday` is the ISO number that is preferred, 1 for Monday; null is any working day.
    """

    __tablename__ = "meeting_series"
    __table_args__ = (
        to_project(),
        to_table("body", "body_id"),
        one_of("stage", LifecycleStage),
        CheckConstraint("starts_on <= ends_on", name="order"),
        CheckConstraint("weekday >= 1 AND weekday <= 7", name="weekday"),
        Index("ix_meeting_series_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_meeting_series_tenant_id_body_id", "tenant_id", "body_id"),
    )

    body_id: UUID
    title: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    starts_on: date
    ends_on: date
    weekday: int | None = None
    local_start: time
    zone: str = Field(sa_type=Text)
    duration_minutes: int
    times_per_period: int
    summons_days: int
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class Meeting(Model, TenantRow, Versioned, OfProject, table=True):
    """One meeting on a local day at a local time; the instant is reckoned when it is read, so that it keeps its hour
    whatever happens to the clocks (requirements 9.12).

    `minutes` is free text and may name people: it stays out of journal and events. `attachments` are references.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        to_project(),
        to_table("body", "body_id"),
        to_table("meeting_series", "series_id"),
        one_of("state", MeetingState),
        CheckConstraint("duration_minutes > 0", name="duration"),
        Index("ix_meeting_tenant_id_body_id_held_on", "tenant_id", "body_id", "held_on"),
        Index("ix_meeting_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_meeting_tenant_id_series_id", "tenant_id", "series_id"),
    )

    body_id: UUID
    series_id: UUID | None = None
    title: str = Field(sa_type=Text)
    held_on: date
    local_start: time
    zone: str = Field(sa_type=Text)
    duration_minutes: int
    place: str = Field(default="", sa_type=Text)
    state: str = Field(default=MeetingState.planned.value, sa_type=Text)
    summon_by: date | None = None
    summoned_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    closed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    minutes: str = Field(default="", sa_type=Text)
    minutes_by: UUID | None = None
    attachments: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)


class AgendaItem(Model, TenantRow, table=True):
    """A point of the agenda. Its clock time follows from those before it."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        to_table("meeting", "meeting_id"),
        to_table("decision", "decision_id"),
        CheckConstraint("minutes > 0", name="minutes"),
        UniqueConstraint("tenant_id", "meeting_id", "position"),
        Index("ix_agenda_item_tenant_id_decision_id", "tenant_id", "decision_id"),
        Index("ix_agenda_item_tenant_id_presenter_id", "tenant_id", "presenter_id"),
    )

    meeting_id: UUID
    position: int
    title: str = Field(sa_type=Text)
    minutes: int
    is_break: bool = False
    presenter_id: UUID | None = None
    presenter_role: str | None = Field(default=None, sa_type=Text)
    decision_id: UUID | None = None


class ActionItem(Model, TenantRow, table=True):
    """What a meeting gave somebody to do: an activity of the plan, there already or made for it."""

    __tablename__ = "action_item"
    __table_args__ = (
        to_table("meeting", "meeting_id"),
        to_table("activity", "activity_id"),
        UniqueConstraint("tenant_id", "meeting_id", "activity_id"),
        Index("ix_action_item_tenant_id_activity_id", "tenant_id", "activity_id"),
    )

    meeting_id: UUID
    activity_id: UUID
