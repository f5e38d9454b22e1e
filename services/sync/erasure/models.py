"""The erasure ledger: that a person was erased, when and why. Never who it was."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field

from services.sync.db import Model
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow

Reason = Literal["grace_over", "request"]


class Erasure(Model, TenantRow, table=True):
    """One person, erased. `reason`: grace_over (a tombstone's time was up) or request (GDPR article 17).

    `part` is what the person had been, `ended_at` when the register stopped delivering the person. The application
    may add rows and read them, nothing else.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        UniqueConstraint("tenant_id", "person_id"),
        CheckConstraint("reason IN ('grace_over', 'request')", name="reason"),
        CheckConstraint("part IN ('pupil', 'staff', 'guardian', 'none')", name="part"),
    )

    person_id: UUID
    reason: str = Field(sa_type=Text)
    part: str = Field(sa_type=Text)
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    erased_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP)
    run_id: UUID
