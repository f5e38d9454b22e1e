"""What people were told about their seats: invitations with their place in iTIP, and every mail, never its words.

Nothing here is written when a seat changes hands. A job compares what is so with what was told, and writes the
difference as mails in one transaction: so no path to a seat can forget to tell, and a crash loses nothing.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from services.training.db import Model
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

_TO_ENROLMENT = (["tenant_id", "enrolment_id"], ["enrolment.tenant_id", "enrolment.id"])
_TO_SESSION = (["tenant_id", "session_id"], ["session.tenant_id", "session.id"])


class MailState(StrEnum):
    """`sending` is written before a mail leaves; found there after its time, it is sent once more. `unreachable`:
    there is no address, or it was refused; `dropped`: there was nothing left to say."""

    waiting = "waiting"
    sending = "sending"
    sent = "sent"
    unreachable = "unreachable"
    failed = "failed"
    dropped = "dropped"


class EnrolmentTold(Model, TenantRow, table=True):
    """As what its person last knew an enrolment (`id`), and when and where its session met then (`session_mark`)."""

    __tablename__ = "enrolment_told"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["enrolment.tenant_id", "enrolment.id"]),)

    state: str = Field(sa_type=Text)
    enrolment_version: int
    session_mark: str = Field(sa_type=Text)


class Invitation(Model, TenantRow, Versioned, table=True):
    """One date of one enrolment as it was told. The id is the UID in calendars, for the life of the enrolment;
    `sequence` grows with each change of time or place, and with the cancellation. `remind_at`: the next reminder."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("tenant_id", "enrolment_id", "part"),
        ForeignKeyConstraint(*_TO_ENROLMENT),
        ForeignKeyConstraint(*_TO_SESSION),
        CheckConstraint("part >= 1", name="part"),
        CheckConstraint("sequence >= 0", name="sequence"),
        CheckConstraint("(remind_at IS NULL) = (remind_step IS NULL)", name="remind"),
        CheckConstraint("remind_step IN ('week', 'day', 'hour')", name="remind_step"),
        Index("ix_invitation_remind", "tenant_id", "remind_at", postgresql_where=text("remind_at IS NOT NULL")),
        Index("ix_invitation_tenant_id_session_id", "tenant_id", "session_id"),
        Index("ix_invitation_tenant_id_person_id", "tenant_id", "person_id"),
    )

    enrolment_id: UUID
    session_id: UUID
    person_id: UUID
    part: int
    sequence: int = 0
    is_cancelled: bool = False
    starts_at: datetime = Field(sa_type=TIMESTAMP)
    ends_at: datetime = Field(sa_type=TIMESTAMP)
    zone: str = Field(sa_type=Text)
    place: str = Field(sa_type=Text)
    told_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP)
    remind_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    remind_step: str | None = Field(default=None, sa_type=Text)


class SessionMessage(Model, TenantRow, table=True):
    """What a trainer wrote to everybody with a seat."""

    __tablename__ = "session_message"
    __table_args__ = (
        ForeignKeyConstraint(*_TO_SESSION),
        Index("ix_session_message_tenant_id_session_id", "tenant_id", "session_id"),
    )

    session_id: UUID
    subject: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    created_by: UUID | None = None
    created_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)


class Mail(Model, TenantRow, table=True):
    """One mail to one person. `key` names what it tells, so that it is told once; `reason` why it did not arrive."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        ForeignKeyConstraint(*_TO_ENROLMENT),
        ForeignKeyConstraint(*_TO_SESSION),
        ForeignKeyConstraint(["tenant_id", "invitation_id"], ["invitation.tenant_id", "invitation.id"]),
        ForeignKeyConstraint(["tenant_id", "message_id"], ["session_message.tenant_id", "session_message.id"]),
        CheckConstraint(
            "kind IN ('invitation', 'change', 'cancellation', 'waiting', 'offer', 'left', 'reminder', 'message')",
            name="kind",
        ),
        CheckConstraint("state IN ('waiting', 'sending', 'sent', 'unreachable', 'failed', 'dropped')", name="state"),
        Index("ix_mail_due", "tenant_id", "next_try_at", postgresql_where=text("state IN ('waiting', 'sending')")),
        Index("ix_mail_tenant_id_session_id", "tenant_id", "session_id", "id"),
        Index("ix_mail_tenant_id_enrolment_id", "tenant_id", "enrolment_id", "id"),
        Index("ix_mail_tenant_id_person_id", "tenant_id", "person_id"),
    )

    enrolment_id: UUID
    session_id: UUID
    person_id: UUID
    invitation_id: UUID | None = None
    message_id: UUID | None = None
    kind: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    sequence: int | None = None
    state: str = Field(default=MailState.waiting.value, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    attempts: int = 0
    is_repeated: bool = False
    next_try_at: datetime | None = Field(default_factory=clock.now, sa_type=TIMESTAMP)
    sent_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    created_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)
