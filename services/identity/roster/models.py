"""The tables by which identity follows the roster: how far it has come, and the duties that give roles."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TenantRow


class RosterPosition(Model, table=True):
    """The newest roster version whose lines are all here."""

    __tablename__ = "roster_position"

    tenant_id: UUID = Field(primary_key=True)
    version: int


class Duty(Model, TenantRow, table=True):
    """A person's work at a unit, kept because it may begin or end by its date without any event."""

    __tablename__ = "duty"
    __table_args__ = (Index("ix_duty_tenant_id_person_id", "tenant_id", "person_id"),)

    person_id: UUID
    unit_id: UUID
    role: str = Field(sa_type=Text)
    starts_on: date | None = None
    ends_on: date | None = None
    is_ended: bool = False
    roster_version: int = 0
