"""Who came, when, and how that is known."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

_SESSION = ["session.tenant_id", "session.id"]
_ENROLMENT = ["enrolment.tenant_id", "enrolment.id"]


class AttendancePolicy(Model, TenantRow, Versioned, table=True):
    """The tenant's thresholds; the id is the tenant's, since there is one."""

    __tablename__ = "attendance_policy"
    __table_args__ = (
        CheckConstraint("id = tenant_id", name="own"),
        CheckConstraint(
            "0 <= absent_below_percent AND absent_below_percent <= partial_below_percent"
            " AND partial_below_percent <= 100",
            name="shares",
        ),
    )

    late_after_minutes: int = 10
    partial_below_percent: int = 80
    absent_below_percent: int = 10
    settle_after_hours: int = 24


class AttendanceMark(Model, TenantRow, table=True):
    """Somebody was seen, or not, at an instant. Never changed: a correction is a later mark.

    `nonce` names the mark for whoever made it, so that sending it again changes nothing."""

    __tablename__ = "attendance_mark"
    __table_args__ = (
        UniqueConstraint("tenant_id", "session_id", "nonce"),
        ForeignKeyConstraint(["tenant_id", "session_id"], _SESSION),
        ForeignKeyConstraint(["tenant_id", "enrolment_id"], _ENROLMENT),
        CheckConstraint("source IN ('code', 'list', 'device')", name="source"),
        CheckConstraint("kind IN ('arrived', 'left', 'attended', 'partial', 'no_show')", name="kind"),
        Index("ix_attendance_mark_tenant_id_enrolment_id", "tenant_id", "enrolment_id", "at"),
    )

    session_id: UUID
    enrolment_id: UUID
    nonce: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=TIMESTAMP)
    received_at: datetime = Field(sa_type=TIMESTAMP)
    marked_by: UUID | None = None


class Attendance(Model, TenantRow, table=True):
    """What the marks of one enrolment, whose id it has, come to; the state itself stands in the enrolment."""

    __tablename__ = "attendance"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "id"], _ENROLMENT),
        Index("ix_attendance_tenant_id_session_id", "tenant_id", "session_id"),
    )

    session_id: UUID
    arrived_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    left_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    is_late: bool = False


class AttendanceClose(Model, TenantRow, Versioned, table=True):
    """A session that is over, whose id it has: everybody is accounted for, or nobody took attendance (`missing`)."""

    __tablename__ = "attendance_close"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "id"], _SESSION),
        CheckConstraint("state IN ('settled', 'missing')", name="state"),
    )

    state: str = Field(sa_type=Text)
