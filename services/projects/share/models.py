"""Share links: a plan shown to somebody without an account, for a limited time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, to_project
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class ShareLink(Model, TenantRow, Versioned, OfProject, table=True):
    """One link. Only the SHA-256 of its secret is kept, so it can be shown once. `last_used_at` is to the day."""

    __tablename__ = "share_link"
    __table_args__ = (
        to_project(),
        UniqueConstraint("tenant_id", "secret_hash"),
        Index("ix_share_link_tenant_id_project_id_id", "tenant_id", "project_id", "id"),
    )

    label: str = Field(sa_type=Text)
    secret_hash: bytes = Field(sa_type=LargeBinary)
    created_by: UUID | None = None
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    revoked_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    last_used_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
