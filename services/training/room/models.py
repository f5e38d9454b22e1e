"""Rooms in which sessions meet."""

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class Room(Model, TenantRow, Versioned, table=True):
    """`seats` is None where nobody has counted."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("tenant_id", "name"), CheckConstraint("seats >= 1", name="seats"))

    name: str = Field(sa_type=Text)
    address: str = Field(sa_type=Text)
    seats: int | None = None
