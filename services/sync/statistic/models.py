"""Tables of figures: how they are made, and those that were made. Numbers of persons, never persons."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TenantRow, Versioned


class StatisticsTemplate(Model, TenantRow, Versioned, table=True):
    """A declared table. `next_on` is the next of its reference dates."""

    __tablename__ = "statistics_template"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

    key: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    template: dict[str, Any] = Field(sa_type=JSONB)
    next_on: date | None = None


class StatisticsExport(Model, TenantRow, Versioned, table=True):
    """A table that was made: it stays as it was, whatever the roster becomes. `counted` is what its numbers are of."""

    __tablename__ = "statistics_export"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "template_id"], ["statistics_template.tenant_id", "statistics_template.id"]),
        Index("ix_statistics_export_template", "tenant_id", "template_id", "id"),
    )

    template_id: UUID
    reference_date: date
    roster_version: int = Field(sa_type=BigInteger)
    headings: list[str] = Field(sa_type=JSONB)
    rows: list[list[Any]] = Field(sa_type=JSONB)
    asked_by: UUID | None = None
    counted: str = Field(sa_type=Text)
