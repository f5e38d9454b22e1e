"""What an hour of a substitute costs the authority."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, Numeric, Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class SubstituteRate(Model, TenantRow, Versioned, table=True):
    """One row per tenant at most; without it hours are counted and cost is unknown."""

    __tablename__ = "substitute_rate"
    __table_args__ = (
        UniqueConstraint("tenant_id"),
        CheckConstraint("hourly_rate >= 0", name="hourly_rate"),
        CheckConstraint("currency IN ('SEK', 'DKK', 'NOK', 'EUR', 'ISK')", name="currency"),
    )

    hourly_rate: Decimal = Field(sa_type=Numeric(8, 2))
    currency: str = Field(sa_type=Text)
