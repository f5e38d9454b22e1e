"""Copies of what sync owns: units, persons and their duties, as far as training needs them."""

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Index, Text
from sqlmodel import Field, and_, col, or_

from services.training.db import Model
from shared.kit.db import TenantRow


class Unit(Model, TenantRow, table=True):
    """An organisation unit; `ended` when it left the roster."""

    __tablename__ = "unit"

    name: str = Field(sa_type=Text)
    code: str | None = Field(default=None, sa_type=Text)
    school_forms: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    ended: bool = False
    roster_version: int = 0


class Person(Model, TenantRow, table=True):
    """Anybody in the roster: a line of the feed does not tell who is, or will be, staff. Of a protected person sync
    gives only the alias, and nothing more is kept here."""

    __tablename__ = "person"

    display_name: str = Field(sa_type=Text)
    protected: bool = True
    ended: bool = False
    roster_version: int = 0


class Duty(Model, TenantRow, table=True):
    """A person's work at a unit; its role decides which training the person needs."""

    __tablename__ = "duty"
    __table_args__ = (
        Index("ix_duty_tenant_id_unit_id_role", "tenant_id", "unit_id", "role"),
        Index("ix_duty_tenant_id_person_id", "tenant_id", "person_id"),
    )

    person_id: UUID
    unit_id: UUID
    role: str = Field(sa_type=Text)
    starts_on: date | None = None
    ends_on: date | None = None
    ended: bool = False
    roster_version: int = 0

    @classmethod
    def is_held(cls, units: frozenset[UUID], today: date) -> ColumnElement[bool]:
        """Whether a row is work at one of `units` on that day."""
        return and_(
            col(cls.unit_id).in_(units),
            col(cls.ended).is_(False),
            or_(col(cls.starts_on).is_(None), col(cls.starts_on) <= today),
            or_(col(cls.ends_on).is_(None), col(cls.ends_on) >= today),
        )


class RosterPosition(Model, table=True):
    """Up to which roster version the copies of a tenant are whole."""

    __tablename__ = "roster_position"

    tenant_id: UUID = Field(primary_key=True)
    version: int
