"""The keys by which a tenant signs what it gives out: certificates, their status, rolls."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class IssuerKey(Model, TenantRow, table=True):
    """An ES256 key, its private half sealed; `kid` is its thumbprint (RFC 7638). A retired one signs nothing more and
    stays published, since what it signed is still held."""

    __tablename__ = "issuer_key"
    __table_args__ = (
        Index("uq_issuer_key_tenant_id_kid", "tenant_id", "kid", unique=True),
        Index("uq_issuer_key_tenant_id", "tenant_id", unique=True, postgresql_where=text("retired_at IS NULL")),
    )

    kid: str = Field(sa_type=Text)
    private_sealed: bytes = Field(sa_type=LargeBinary)
    public_jwk: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    retired_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class IssuerProfile(Model, TenantRow, Versioned, table=True):
    """How the authority is called in what it signs; the id is the tenant's, since there is one."""

    __tablename__ = "issuer_profile"
    __table_args__ = (CheckConstraint("id = tenant_id", name="own"),)

    name: str = Field(sa_type=Text)
    homepage: str | None = Field(default=None, sa_type=Text)
