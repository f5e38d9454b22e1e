"""Governance bodies, their seats, and who sat in them when."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, literal_column
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlmodel import Field

from services.projects.body.vocabulary import BodyLevel, Mandate
from services.projects.db import Model
from services.projects.plan.columns import OfProject, WindowColumns, one_of, to_project, to_table, window_check
from services.projects.plan.vocabulary import PartySide, SchoolForm
from shared.kit.db import TenantRow, Versioned


class Body(Model, TenantRow, Versioned, OfProject, WindowColumns, table=True):
    """A body of the project's governance. `cadence` holds a `Cadence` by lifecycle stage; a stage that is missing is
    not stated by the source.

    It works from `active_on`, else from the start of the phase `active_phase`, else from the anchor `active_anchor`,
    else from the project's start; `window` is the time that it is set up for, where that is known. `escalates_to` is
    the key of the body that must answer what this one cannot settle. `size` counts seats that the source states
    without listing them. `overdue_told` is the start of the last period whose missing meeting was told.
    """

    __tablename__ = "body"
    __table_args__ = (
        to_project(),
        window_check(),
        one_of("level", BodyLevel),
        one_of("mandate", Mandate),
        one_of("side", PartySide),
        CheckConstraint("level <> 'advisory' OR mandate = 'advisory'", name="advisory"),
        UniqueConstraint("tenant_id", "project_id", "key"),
    )

    key: str = Field(sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    position: int
    level: str = Field(sa_type=Text)
    mandate: str = Field(sa_type=Text)
    side: str = Field(default=PartySide.joint.value, sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    purpose: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    note: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    cadence: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    active_phase: str | None = Field(default=None, sa_type=Text)
    active_anchor: str | None = Field(default=None, sa_type=Text)
    active_on: date | None = None
    ended_on: date | None = None
    escalates_to: str | None = Field(default=None, sa_type=Text)
    size: int | None = None
    summons_days: int | None = None
    overdue_told: date | None = None


class Seat(Model, TenantRow, Versioned, OfProject, table=True):
    """A place in a body: a role, and the unit or school form that it speaks for; never a person.

    `title` is null where the source cannot be read: `source_uncertain` then says what stands there.
    """

    __tablename__ = "seat"
    __table_args__ = (
        to_project(),
        to_table("body", "body_id"),
        to_table("unit", "unit_id"),
        one_of("side", PartySide),
        one_of("school_form", SchoolForm),
        UniqueConstraint("tenant_id", "body_id", "key"),
        Index("ix_seat_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_seat_tenant_id_unit_id", "tenant_id", "unit_id"),
    )

    body_id: UUID
    key: str = Field(sa_type=Text)
    position: int
    title: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    side: str | None = Field(default=None, sa_type=Text)
    role_key: str | None = Field(default=None, sa_type=Text)
    unit_id: UUID | None = None
    unit_title: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    school_form: str | None = Field(default=None, sa_type=Text)
    is_chair: bool = False
    source_ref: str | None = Field(default=None, sa_type=Text)
    source_uncertain: str | None = Field(default=None, sa_type=Text)


class SeatMembership(Model, TenantRow, Versioned, table=True):
    """One account sits in a seat, both days included. A seat has one holder at a time; the history stays.

    `account_id` is null after the person was erased.
    """

    __tablename__ = "seat_membership"
    __table_args__ = (
        to_table("seat", "seat_id"),
        CheckConstraint("valid_from <= valid_to", name="order"),
        ExcludeConstraint(
            (literal_column("uuid_span(tenant_id, tenant_id, '[]')"), "&&"),
            (literal_column("uuid_span(seat_id, seat_id, '[]')"), "&&"),
            (literal_column("daterange(valid_from, valid_to, '[]')"), "&&"),
            name="ex_seat_membership_one_holder",
            using="gist",
        ),
        Index("ix_seat_membership_tenant_id_seat_id", "tenant_id", "seat_id"),
        Index("ix_seat_membership_tenant_id_account_id", "tenant_id", "account_id"),
    )

    seat_id: UUID
    account_id: UUID | None = None
    valid_from: date
    valid_to: date | None = None

    def runs_on(self, day: date) -> bool:
        """Whether somebody sits in the seat on this day by this row."""
        ends_later = self.valid_to is None or day <= self.valid_to
        return self.account_id is not None and self.valid_from <= day and ends_later
