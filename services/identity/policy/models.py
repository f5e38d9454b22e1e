"""The table of what a tenant demands of logins otherwise than by default."""

from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TenantRow, Versioned


class AssurancePolicy(Model, TenantRow, Versioned, table=True):
    """The rule of one holder (a role, `guardian` or `pupil`) for one data class. `decision_id` is the customer's
    decision that the rule rests on, `decision_key` the question that it answered; absent where the rule is no looser
    than the default and nobody named one."""

    __tablename__ = "assurance_policy"
    __table_args__ = (UniqueConstraint("tenant_id", "holder", "data_class"),)

    holder: str = Field(sa_type=Text)
    data_class: str = Field(sa_type=Text)
    is_open: bool
    min_acr: str = Field(sa_type=Text)
    max_age_seconds: int | None = None
    decision_id: UUID | None = None
    decision_key: str | None = Field(default=None, sa_type=Text)
