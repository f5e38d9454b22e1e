"""How each unit's data stand, and who signed off what."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class VerificationState(Model, TenantRow, table=True):
    """How a unit stood when it was last looked at; its id is the unit's, that of the tenant's own row the tenant's.

    `held_since` is the first day of those in a row on which both legs held. `told` is what was last published.
    """

    __tablename__ = "verification_state"

    unit_id: UUID | None = None
    register_ok: bool
    platform_ok: bool
    missing: int
    stale: int
    duplicate: int
    reasons: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    held_since: date | None = None
    told: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    looked_at: datetime = Field(sa_type=TIMESTAMP)


class UnitSignOff(Model, TenantRow, table=True):
    """Somebody's word that the unit's data are right as the report with `seen_hash` showed them.

    `marks` are the differences that were in it and are accepted with it: it lapses when another one arises.
    """

    __tablename__ = "unit_sign_off"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        Index("ix_unit_sign_off_unit", "tenant_id", "unit_id", "id"),
    )

    unit_id: UUID
    account_id: UUID
    signed_at: datetime = Field(sa_type=TIMESTAMP)
    seen_hash: str = Field(sa_type=Text)
    marks: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    numbers: dict[str, Any] = Field(sa_type=JSONB)
    note: str | None = Field(default=None, sa_type=Text)
    lapsed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    lapse_reason: str | None = Field(default=None, sa_type=Text)
