"""Sessions and the seats in them: one aggregate, guarded by the session's row lock."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Session(Model, TenantRow, Versioned, table=True):
    """`taken` and `waiting` are counters that only `seats` moves, under this row's lock; the check constraint
    makes overselling impossible even for code that forgets. Local time is kept with its IANA zone."""

    __tablename__ = "session"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "course_id"], ["course.tenant_id", "course.id"]),
        CheckConstraint("taken >= 0 AND taken <= capacity", name="never_oversold"),
        CheckConstraint("waiting >= 0", name="waiting"),
        CheckConstraint("starts_at < ends_at", name="duration"),
        CheckConstraint("state IN ('planned', 'held', 'cancelled')", name="state"),
        Index("ix_session_tenant_id_course_id_starts_at", "tenant_id", "course_id", "starts_at"),
    )

    course_id: UUID
    starts_at: datetime = Field(sa_type=TIMESTAMP)
    ends_at: datetime = Field(sa_type=TIMESTAMP)
    zone: str = Field(sa_type=Text)
    place: str = Field(sa_type=Text)
    capacity: int
    taken: int = 0
    waiting: int = 0
    state: str = Field(default="planned", sa_type=Text)


class Enrolment(Model, TenantRow, Versioned, table=True):
    """The id (UUIDv7) is the place in the queue: first come, first served. One row that is not cancelled
    per session and person."""

    __tablename__ = "enrolment"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "session_id"], ["session.tenant_id", "session.id"]),
        CheckConstraint(
            "state IN ('confirmed', 'waiting', 'cancelled', 'attended', 'partial', 'no_show')", name="state"
        ),
        Index(
            "uq_enrolment_tenant_id_session_id_person_id",
            "tenant_id",
            "session_id",
            "person_id",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index("ix_enrolment_tenant_id_session_id_state", "tenant_id", "session_id", "state", "id"),
        Index("ix_enrolment_tenant_id_person_id", "tenant_id", "person_id"),
    )

    session_id: UUID
    person_id: UUID
    state: str = Field(sa_type=Text)
