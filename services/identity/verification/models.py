"""The tables of what is proven about login methods, and of what was told about them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint
from sqlmodel import Field

from services.identity.db import Model
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow


class LoginEvidence(Model, TenantRow, table=True):
    """That a provider logged somebody of a population in, at most at level `acr`, under one configuration.

    `population` is empty where the provider is for everybody. `verified_at` is when the first login proved it, on
    trial or real, `renewed_at` when the last one did. A lapsed row stays, with the reason.
    """

    __tablename__ = "login_evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "provider_id"], ["identity_provider.tenant_id", "identity_provider.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("tenant_id", "provider_id", "population"),
    )

    provider_id: UUID
    population: str = Field(default="", sa_type=Text)
    method: str = Field(sa_type=Text)
    acr: str = Field(sa_type=Text)
    configuration_hash: str = Field(sa_type=Text)
    trial_id: UUID | None = None
    verified_at: datetime = Field(sa_type=TIMESTAMP)
    renewed_at: datetime = Field(sa_type=TIMESTAMP)
    lapsed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    lapse_reason: str | None = Field(default=None, sa_type=Text)


class LoginMethodState(Model, TenantRow, table=True):
    """What was last told to the gates about a login method, so that they hear changes alone."""

    __tablename__ = "login_method_state"
    __table_args__ = (UniqueConstraint("tenant_id", "method"),)

    method: str = Field(sa_type=Text)
    is_verified: bool = False
    acr: str = Field(default="", sa_type=Text)
    told_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP)
