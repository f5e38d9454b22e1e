"""The coverage last told to the world, so that only changes are published."""

from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class Coverage(Model, TenantRow, Versioned, table=True):
    """`needed` people hold `role` today at the unit (null: in the whole authority); `trained` of them have
    attended every course whose audience includes the role."""

    __tablename__ = "coverage"
    __table_args__ = (
        Index(
            "uq_coverage_tenant_id_unit_id_role",
            "tenant_id",
            "unit_id",
            "role",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    unit_id: UUID | None = None
    role: str = Field(sa_type=Text)
    trained: int
    needed: int
