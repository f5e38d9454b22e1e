"""Sessions and the seats in them: one aggregate, guarded by the session's row lock."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

_TO_SESSION = (["tenant_id", "session_id"], ["session.tenant_id", "session.id"])


class Session(Model, TenantRow, Versioned, table=True):
    """`capacity` seats: those taken are numbers in `enrolment`, the others rows of `free_seat`. `starts_at` and
    `ends_at` are the ends of the first and last date. Local time is kept with its IANA zone.

    `promotion`: whether a freed seat is given to who waits, or offered for `offer_hours`; neither after `freezes_at`.
    `decides_at`: when a session with fewer than `min_size` people is cancelled, or told of (`below_minimum`)."""

    __tablename__ = "session"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "course_id"], ["course.tenant_id", "course.id"]),
        ForeignKeyConstraint(["tenant_id", "choice_id"], ["session_choice.tenant_id", "session_choice.id"]),
        CheckConstraint("capacity >= 1", name="capacity"),
        CheckConstraint("starts_at < ends_at", name="duration"),
        CheckConstraint("state IN ('planned', 'held', 'cancelled')", name="state"),
        CheckConstraint("promotion IN ('automatic', 'offered')", name="promotion"),
        CheckConstraint("below_minimum IN ('tell', 'cancel')", name="below_minimum"),
        CheckConstraint("offer_hours >= 1", name="offer_hours"),
        Index("ix_session_tenant_id_course_id_starts_at", "tenant_id", "course_id", "starts_at"),
    )

    course_id: UUID
    starts_at: datetime = Field(sa_type=TIMESTAMP)
    ends_at: datetime = Field(sa_type=TIMESTAMP)
    zone: str = Field(sa_type=Text)
    place: str = Field(sa_type=Text)
    capacity: int
    state: str = Field(default="planned", sa_type=Text)
    promotion: str = Field(default="automatic", sa_type=Text)
    offer_hours: int = 24
    freezes_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    min_size: int | None = None
    decides_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    below_minimum: str = Field(default="tell", sa_type=Text)
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    choice_id: UUID | None = None


class FreeSeat(Model, table=True):
    """A seat that nobody has. Taking it deletes the row: two cannot take the same, and who takes another waits for
    nobody."""

    __tablename__ = "free_seat"

    tenant_id: UUID = Field(primary_key=True)
    session_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)


class Enrolment(Model, TenantRow, Versioned, table=True):
    """The id (UUIDv7) is the place in the queue: first come, first served. One row that is not cancelled
    per session and person. `seat` is the number of a seat that nobody else has."""

    __tablename__ = "enrolment"
    __table_args__ = (
        ForeignKeyConstraint(*_TO_SESSION),
        CheckConstraint(
            "state IN ('confirmed', 'offered', 'waiting', 'cancelled', 'attended', 'partial', 'no_show')", name="state"
        ),
        CheckConstraint("seat >= 1", name="seat"),
        CheckConstraint(
            "CASE WHEN state IN ('waiting', 'cancelled') THEN seat IS NULL WHEN state = 'no_show' THEN true"
            " ELSE seat IS NOT NULL END",
            name="seated",
        ),
        CheckConstraint("origin IN ('enrolled', 'walk_in', 'substitute', 'moved', 'swapped')", name="origin"),
        Index(
            "uq_enrolment_tenant_id_session_id_person_id",
            "tenant_id",
            "session_id",
            "person_id",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index(
            "uq_enrolment_tenant_id_session_id_seat",
            "tenant_id",
            "session_id",
            "seat",
            unique=True,
            postgresql_where=text("seat IS NOT NULL"),
        ),
        Index(
            "uq_enrolment_tenant_id_choice_id_person_id",
            "tenant_id",
            "choice_id",
            "person_id",
            unique=True,
            postgresql_where=text("choice_id IS NOT NULL AND state NOT IN ('cancelled', 'no_show')"),
        ),
        Index("ix_enrolment_tenant_id_session_id_state", "tenant_id", "session_id", "state", "id"),
        Index("ix_enrolment_tenant_id_person_id", "tenant_id", "person_id"),
        Index(
            "ix_enrolment_tenant_id_attended",
            "tenant_id",
            "person_id",
            "session_id",
            postgresql_where=text("state = 'attended'"),
        ),
    )

    session_id: UUID
    person_id: UUID
    state: str = Field(sa_type=Text)
    seat: int | None = None
    offer_expires_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    choice_id: UUID | None = None
    origin: str = Field(default="enrolled", sa_type=Text)
    follows: UUID | None = None
    request_id: UUID | None = None
