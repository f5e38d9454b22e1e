"""The programmes that an authority takes part in, seen from the authority."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import one_of, to_table
from services.projects.programme.vocabulary import Audience
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class ProgrammeMembership(Model, TenantRow, Versioned, table=True):
    """An accepted invitation. Its handle is sealed, so that we can pull and push; null once the authority has left.

    `pulled_*` are the task list that was last taken over, `project_id` the project that was last reported.
    """

    __tablename__ = "programme_membership"
    __table_args__ = (
        to_table("project", "project_id"),
        one_of("audience", Audience),
        UniqueConstraint("tenant_id", "handle_hash"),
        Index("ix_programme_membership_tenant_id_project_id", "tenant_id", "project_id"),
    )

    programme_title: dict[str, Any] = Field(sa_type=JSONB)
    member_name: str = Field(sa_type=Text)
    audience: str = Field(sa_type=Text)
    handle_hash: bytes = Field(sa_type=LargeBinary)
    sealed_handle: bytes | None = Field(default=None, sa_type=LargeBinary)
    left_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    project_id: UUID | None = None
    reported_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    pulled_number: int | None = None
    pulled_key: str | None = Field(default=None, sa_type=Text)
    pulled_version: str | None = Field(default=None, sa_type=Text)
    pulled_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
