"""Signals: facts that other services told us, which gates are judged by."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class Signal(Model, TenantRow, table=True):
    """The newest value of one fact. Written by the event consumer alone: no route changes it.

    `scope` and `scope_id` say what it is about (the tenant itself, a project or a unit); `key` tells facts of one
    kind apart, such as the role of a training coverage. `position` is that of the event in the source's feed.
    """

    __tablename__ = "signal"
    __table_args__ = (
        CheckConstraint("scope IN ('tenant', 'project', 'unit')", name="scope"),
        UniqueConstraint("tenant_id", "source", "kind", "scope", "scope_id", "key"),
    )

    source: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    scope: str = Field(sa_type=Text)
    scope_id: UUID
    key: str = Field(default="", sa_type=Text)
    value: dict[str, Any] = Field(sa_type=JSONB)
    observed_at: datetime = Field(sa_type=TIMESTAMP)
    event_id: UUID
    position: int = Field(sa_type=BigInteger)
