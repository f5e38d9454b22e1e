"""Lists that trainers' devices were given."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class AttendanceRoll(Model, TenantRow, table=True):
    """A list that a trainer's device was given, to be marked without a network."""

    __tablename__ = "attendance_roll"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "session_id"], ["session.tenant_id", "session.id"]),)

    session_id: UUID
    issued_at: datetime = Field(sa_type=TIMESTAMP)
    issued_to: UUID
