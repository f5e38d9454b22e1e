"""Curricula: which modules a role needs, in which school form."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class Curriculum(Model, TenantRow, Versioned, table=True):
    """Whoever holds `role` at a unit with `school_form` (None: at any unit) needs every module [HAN-T]."""

    __tablename__ = "curriculum"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

    key: str = Field(sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    role: str = Field(sa_type=Text)
    school_form: str | None = Field(default=None, sa_type=Text)
    archived: bool = False


class CurriculumModule(Model, TenantRow, table=True):
    """A course in its place in a curriculum."""

    __tablename__ = "curriculum_module"
    __table_args__ = (
        UniqueConstraint("tenant_id", "curriculum_id", "course_id"),
        ForeignKeyConstraint(["tenant_id", "curriculum_id"], ["curriculum.tenant_id", "curriculum.id"]),
        ForeignKeyConstraint(["tenant_id", "course_id"], ["course.tenant_id", "course.id"]),
    )

    curriculum_id: UUID
    course_id: UUID
    position: int
