"""Waves: units that go live together."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class Wave(Model, TenantRow, Versioned, table=True):
    """A wave of the authority's own rollout; its units go live on one day."""

    __tablename__ = "wave"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: str = Field(sa_type=Text)
    goes_live_on: date | None = None


class WaveUnit(Model, TenantRow, table=True):
    """A unit is in one wave at most."""

    __tablename__ = "wave_unit"
    __table_args__ = (
        UniqueConstraint("tenant_id", "unit_id"),
        ForeignKeyConstraint(["tenant_id", "wave_id"], ["wave.tenant_id", "wave.id"]),
    )

    wave_id: UUID
    unit_id: UUID
