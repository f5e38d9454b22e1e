"""The tables by which identity follows the roster: how far it has come, who is what where, which units
there are."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
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


class PersonTie(Model, TenantRow, table=True):
    """What makes somebody a pupil (a place at a unit) or a guardian (a tie to a child), for `population`.

    Kept when it has ended: who was a pupil does not become staff by leaving.
    """

    __tablename__ = "person_tie"
    __table_args__ = (
        CheckConstraint("population IN ('pupil', 'guardian')", name="population"),
        Index("ix_person_tie_tenant_id_person_id", "tenant_id", "person_id"),
        Index("ix_person_tie_tenant_id_child_id", "tenant_id", "child_id"),
    )

    population: str = Field(sa_type=Text)
    person_id: UUID
    child_id: UUID | None = None
    unit_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    is_ended: bool = False
    roster_version: int = 0


class SchoolUnit(Model, TenantRow, table=True):
    """A unit of the roster: that it exists and of which kind, for the list of schools without an administrator."""

    __tablename__ = "school_unit"

    kind: str = Field(sa_type=Text)
    is_ended: bool = False
    roster_version: int = 0
