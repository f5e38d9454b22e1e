"""The table of tenants: a directory without row security, for it is read before a tenant is known."""

from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import Versioned
from shared.kit.ids import new_id


class Tenant(Model, Versioned, table=True):
    """An authority, a supplier or a programme body. No personal data. `is_operator` marks who runs the platform."""

    __tablename__ = "tenant"
    __table_args__ = (
        UniqueConstraint("slug"),
        Index("uq_tenant_operator", "is_operator", unique=True, postgresql_where=text("is_operator")),
    )

    id: UUID = Field(primary_key=True, default_factory=new_id)
    kind: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    slug: str = Field(sa_type=Text)
    is_operator: bool = False
    state: str = Field(default="active", sa_type=Text)
