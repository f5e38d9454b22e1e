"""When and where a session meets, and who holds it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow

_TO_SESSION = (["tenant_id", "session_id"], ["session.tenant_id", "session.id"])


class SessionDate(Model, TenantRow, table=True):
    """One meeting of a session, perhaps in a room."""

    __tablename__ = "session_date"
    __table_args__ = (
        ForeignKeyConstraint(*_TO_SESSION),
        ForeignKeyConstraint(["tenant_id", "room_id"], ["room.tenant_id", "room.id"]),
        CheckConstraint("starts_at < ends_at", name="duration"),
        Index("ix_session_date_tenant_id_session_id", "tenant_id", "session_id", "starts_at"),
        Index("ix_session_date_tenant_id_room_id", "tenant_id", "room_id", "starts_at"),
    )

    session_id: UUID
    starts_at: datetime = Field(sa_type=TIMESTAMP)
    ends_at: datetime = Field(sa_type=TIMESTAMP)
    room_id: UUID | None = None


class SessionTrainer(Model, TenantRow, table=True):
    """Who holds a session, or steps in when the trainer is ill."""

    __tablename__ = "session_trainer"
    __table_args__ = (
        UniqueConstraint("tenant_id", "session_id", "person_id"),
        ForeignKeyConstraint(*_TO_SESSION),
        CheckConstraint("duty IN ('trainer', 'backup')", name="duty"),
        Index("ix_session_trainer_tenant_id_person_id", "tenant_id", "person_id"),
    )

    session_id: UUID
    person_id: UUID
    duty: str = Field(default="trainer", sa_type=Text)
