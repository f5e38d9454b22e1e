"""What a customer has said about the limits of a source."""

from typing import Any
from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TenantRow, Versioned


class GuardPolicyRow(Model, TenantRow, Versioned, table=True):
    """The limits that differ from the defaults, for one source; `reason` is why they were changed the last time."""

    __tablename__ = "guard_policy"
    __table_args__ = (UniqueConstraint("tenant_id", "source"),)

    source: str = Field(sa_type=Text)
    document: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    reason: str | None = Field(default=None, sa_type=Text)
    changed_by: UUID | None = None
