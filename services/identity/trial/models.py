"""The table of logins on trial: the full protocol runs, nobody is logged in, and what came is told to who asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class LoginTrial(Model, TenantRow, table=True):
    """A login on trial at one provider, under the configuration that `configuration_hash` names.

    `report` holds names of attributes and codes, never a value that tells about a person. The values lie sealed in
    `evidence_sealed` until `evidence_until`, for the report's masked form and for previews of another mapping.
    `population` is whom the trial stands for, empty for all; `wanted_acr` what it has to reach.
    """

    __tablename__ = "login_trial"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'passed', 'failed')", name="state"),
        ForeignKeyConstraint(
            ["tenant_id", "provider_id"], ["identity_provider.tenant_id", "identity_provider.id"], ondelete="CASCADE"
        ),
        Index("ix_login_trial_tenant_id_provider_id", "tenant_id", "provider_id"),
    )

    provider_id: UUID
    configuration_hash: str = Field(sa_type=Text)
    population: str = Field(default="", sa_type=Text)
    wanted_acr: str | None = Field(default=None, sa_type=Text)
    state: str = Field(default="open", sa_type=Text)
    fault: str | None = Field(default=None, sa_type=Text)
    acr: str | None = Field(default=None, sa_type=Text)
    account_id: UUID | None = None
    report: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    evidence_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    evidence_until: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    concluded_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
