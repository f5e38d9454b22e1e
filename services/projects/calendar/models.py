"""Tables of calendars: the days that an authority frees or claims, and whose holidays a project counts."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.calendar.vocabulary import Country, ExceptionKind
from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from shared.kit.db import TenantRow, Versioned


class CalendarException(Model, TenantRow, Versioned, table=True):
    """A school break, a closure, extra working days or a term, both ends included.

    Without a unit it holds for the whole authority; with one, for that unit and all units below it.
    """

    __tablename__ = "calendar_exception"
    __table_args__ = (
        to_table("unit", "unit_id"),
        one_of("kind", ExceptionKind),
        CheckConstraint("starts_on <= ends_on AND ends_on - starts_on <= 400", name="days"),
        Index("ix_calendar_exception_tenant_id_unit_id", "tenant_id", "unit_id"),
        Index("ix_calendar_exception_tenant_id_starts_on_id", "tenant_id", "starts_on", "id"),
    )

    unit_id: UUID | None = None
    kind: str = Field(sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    starts_on: date = Field(sa_type=Date)
    ends_on: date = Field(sa_type=Date)


class ProjectCalendar(Model, TenantRow, Versioned, OfProject, table=True):
    """Whose public holidays a project counts; a project without a row counts those of its template's country."""

    __tablename__ = "project_calendar"
    __table_args__ = (to_project(), one_of("country", Country), UniqueConstraint("tenant_id", "project_id"))

    country: str = Field(sa_type=Text)
