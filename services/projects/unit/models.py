"""Copies of organisation units. sync owns them; here stands what a plan shows."""

from uuid import UUID

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from shared.kit.db import TenantRow


class Unit(Model, TenantRow, table=True):
    """A unit as of `roster_version`; its id is sync's. An ended unit stays, so that old plans can name it."""

    __tablename__ = "unit"
    __table_args__ = (Index("ix_unit_tenant_id_name_id", "tenant_id", "name", "id"),)

    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    code: str | None = Field(default=None, sa_type=Text)
    parent_id: UUID | None = None
    school_forms: list[str] = Field(default_factory=list, sa_type=JSONB)
    is_ended: bool = False
    roster_version: int = Field(sa_type=BigInteger)


class UnitFeed(Model, TenantRow, table=True):
    """Up to which roster version the units of a tenant are copied; its id is the tenant's."""

    __tablename__ = "unit_feed"

    roster_version: int = Field(default=0, sa_type=BigInteger)
