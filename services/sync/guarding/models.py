"""What a customer has said about the limits of a source."""

from typing import Any
from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from services.sync.source.pointing import Pointed
from shared.kit.db import TenantRow, Versioned


class GuardPolicyRow(Model, TenantRow, Versioned, Pointed, table=True):
    """The limits that differ from the defaults, for one source; `reason` is why they were changed the last time.

    `waiting` are those that let more through, and hold once somebody else than who said them has confirmed them.
    """

    __tablename__ = "guard_policy"
    __table_args__ = (UniqueConstraint("tenant_id", "source"),)

    source: str = Field(sa_type=Text)
    document: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    reason: str | None = Field(default=None, sa_type=Text)
    changed_by: UUID | None = None
    waiting: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    waiting_reason: str | None = Field(default=None, sa_type=Text)
