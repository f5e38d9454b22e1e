"""Who takes part in a programme, seen from the programme."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OPTIONAL_JSON, one_of, to_table
from services.projects.programme.vocabulary import Audience, SizeOf
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class WaveMember(Model, TenantRow, Versioned, table=True):
    """A municipality or a unit of a programme, once for each audience: so it is in one wave at the most.

    `project_id` is its project where that lives in this tenant: then readiness is computed from it. An authority that
    was invited pushes `standing` (aggregates, never persons). Of its invitation only the SHA-256 is kept, and of the
    authority that took it only one that tells it from another (`acceptor_hash`).
    """

    __tablename__ = "wave_member"
    __table_args__ = (
        to_table("programme", "programme_id"),
        to_table("wave", "wave_id"),
        to_table("unit", "unit_id"),
        to_table("project", "project_id"),
        one_of("kind", SizeOf),
        one_of("audience", Audience),
        CheckConstraint(
            "(kind = 'unit') = (unit_id IS NOT NULL) AND (kind = 'municipality') = (code IS NOT NULL)", name="named"
        ),
        UniqueConstraint("tenant_id", "programme_id", "audience", "unit_id"),
        UniqueConstraint("tenant_id", "programme_id", "audience", "code"),
        UniqueConstraint("tenant_id", "invite_hash"),
        Index("ix_wave_member_tenant_id_programme_id_id", "tenant_id", "programme_id", "id"),
        Index("ix_wave_member_tenant_id_wave_id", "tenant_id", "wave_id"),
        Index("ix_wave_member_tenant_id_unit_id", "tenant_id", "unit_id"),
        Index("ix_wave_member_tenant_id_project_id", "tenant_id", "project_id"),
    )

    programme_id: UUID
    wave_id: UUID | None = None
    kind: str = Field(sa_type=Text)
    audience: str = Field(sa_type=Text)
    unit_id: UUID | None = None
    code: str | None = Field(default=None, sa_type=Text)
    name: str = Field(sa_type=Text)
    project_id: UUID | None = None
    standing: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    reported_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    waived_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    waived_by: UUID | None = None
    waiver_reason: str | None = Field(default=None, sa_type=Text)
    entered_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    invite_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    invited_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    acceptor_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    accepted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
