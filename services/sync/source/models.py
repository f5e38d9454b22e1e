"""Declared sources: where deliveries come from, how they are read, and when they are fetched."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from services.sync.source.pointing import Pointed
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Source(Model, TenantRow, Versioned, Pointed, table=True):
    """A register, or (`role` platform) the school platform's own export, which is compared and never applied.

    `key` is the name under which rows of the roster carry it. `kind` is an upload's kind; it is read by `mapping`, by
    the shipped `profile`, or by the one that comes with the kind. `connector` is how to fetch, without secrets;
    `credentials` are sealed (place `source:<id>`). `memory` is what a connector needs to know the next time:
    watermarks, subscriptions. `failures` counts fetches that failed since one succeeded.
    """

    __tablename__ = "source"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("role IN ('register', 'platform')", name="role"),
        Index("ix_source_due", "next_fetch_at", postgresql_where=text("is_active AND next_fetch_at IS NOT NULL")),
    )

    key: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    role: str = Field(default="register", sa_type=Text)
    kind: str = Field(sa_type=Text)
    profile: str | None = Field(default=None, sa_type=Text)
    mapping: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    connector: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    credentials: bytes | None = None
    schedule: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    auto_run: bool = True
    is_active: bool = True
    next_fetch_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    memory: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    failures: int = 0
    last_fetch: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
