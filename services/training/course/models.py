"""Courses: what is taught, how, and who needs it."""

from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class Course(Model, TenantRow, Versioned, table=True):
    """`audience` are the training roles that need the course, whatever curricula say; `audience_only` keeps others out.
    Group sizes are people per session (IM-T07, IM-T08). `link` leads to the material of self-study (HAN-T)."""

    __tablename__ = "course"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("min_size >= 1 AND min_size <= max_size", name="sizes"),
    )

    key: str = Field(sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    mode: str = Field(sa_type=Text)
    audience: list[str] = Field(sa_type=ARRAY(Text))
    min_size: int
    max_size: int
    link: str | None = Field(default=None, sa_type=Text)
    audience_only: bool = False
    archived: bool = False
