"""The table of login scopes: the security domains whose login names are a tenant's."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class LoginScope(Model, TenantRow, Versioned, table=True):
    """A domain (`norrvik.example`): asked for (`pending`) or proved to be the tenant's (`verified`).

    `how` is `federation` (the signed metadata of the tenant's provider names it) or `operator` (the platform's
    operator has looked), `evidence` what was seen. Verified for one tenant at most: an index over all tenants says so.
    """

    __tablename__ = "login_scope"
    __table_args__ = (
        UniqueConstraint("tenant_id", "domain"),
        Index("uq_login_scope_domain", "domain", unique=True, postgresql_where=text("state = 'verified'")),
        CheckConstraint("state IN ('pending', 'verified')", name="state"),
        CheckConstraint("how IN ('federation', 'operator')", name="how"),
        CheckConstraint("domain = lower(domain) AND domain <> ''", name="domain"),
    )

    domain: str = Field(sa_type=Text)
    state: str = Field(default="pending", sa_type=Text)
    how: str | None = Field(default=None, sa_type=Text)
    evidence: str | None = Field(default=None, sa_type=Text)
    requested_by: UUID | None = None
    verified_by: UUID | None = None
    verified_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
