"""What a planned run rested on, so that the next delivery of the source can be proved to say the same."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class RunProof(Model, TenantRow, table=True):
    """One per run that was planned; `id` is the run's.

    `surroundings` is a hash of all that decides beside the delivery what a plan becomes (mapping, guard policy, login
    scopes). `prints` are those of the files (`reading.prints`). `same_as` is the run that read the same facts, where
    this one read no further. `is_settled`: the same facts once more would plan nothing and find what this run found.
    `mirrors`: once it is applied, the roster holds what was delivered, but for what is `beside` that (`plan.beside`;
    kept of the runs that the next one may be told apart from). `whole_at`: when a delivery was last compared as a
    whole, this one or one before it. `evidence` is the outcome as a JWS.
    """

    __tablename__ = "run_proof"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "id"], ["run.tenant_id", "run.id"]),
        ForeignKeyConstraint(["tenant_id", "same_as"], ["run.tenant_id", "run.id"]),
        Index("ix_run_proof_source", "tenant_id", "source", "id"),
    )

    source: str = Field(sa_type=Text)
    surroundings: str = Field(sa_type=Text)
    prints: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    same_as: UUID | None = None
    is_settled: bool
    mirrors: bool = False
    beside: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    whole_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    evidence: str | None = Field(default=None, sa_type=Text)
