"""What a person wants to be told by mail, and what was sent: never a text, a title or an address in the clear."""

from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import one_of, to_table
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Digest(StrEnum):
    daily = "daily"
    weekly = "weekly"
    off = "off"


class AddressState(StrEnum):
    """An `unconfirmed` address gets its code and nothing else; a `bouncing` one gets nothing."""

    none = "none"
    unconfirmed = "unconfirmed"
    confirmed = "confirmed"
    bouncing = "bouncing"


class MailKind(StrEnum):
    confirmation = "confirmation"
    digest = "digest"
    reminder = "reminder"
    summons = "summons"


class MailState(StrEnum):
    """`sending` is written before the mail leaves: who finds it there later cannot know, and never sends it again.

    `dropped`: there was nothing left to say, or nobody to say it to.
    """

    waiting = "waiting"
    sending = "sending"
    sent = "sent"
    failed = "failed"
    dropped = "dropped"


class NotificationPreference(Model, TenantRow, Versioned, table=True):
    """What one account wants. The address and its code are sealed under the service's file key for this row alone."""

    __tablename__ = "notification_preference"
    __table_args__ = (
        one_of("digest", Digest),
        one_of("address_state", AddressState),
        CheckConstraint("(address_sealed IS NULL) = (address_state = 'none')", name="address"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet"),
        UniqueConstraint("tenant_id", "account_id"),
    )

    account_id: UUID
    digest: str = Field(default=Digest.off.value, sa_type=Text)
    has_reminders: bool = False
    has_summons: bool = False
    language: str = Field(default="sv", sa_type=Text)
    zone: str = Field(default="Europe/Stockholm", sa_type=Text)
    quiet_from: time | None = None
    quiet_to: time | None = None
    address_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    address_state: str = Field(default=AddressState.none.value, sa_type=Text)
    code_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    code_expires_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    code_attempts: int = 0
    confirmed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class NoticeMail(Model, TenantRow, table=True):
    """One mail to one account: whether it has left, never what it said. `secret_hash` is of its unsubscribe secret."""

    __tablename__ = "notice_mail"
    __table_args__ = (
        one_of("kind", MailKind),
        one_of("state", MailState),
        UniqueConstraint("tenant_id", "secret_hash"),
        Index("ix_notice_mail_tenant_id_account_id", "tenant_id", "account_id"),
        Index("ix_notice_mail_waiting", "tenant_id", "next_try_at", postgresql_where=text("state = 'waiting'")),
    )

    account_id: UUID
    kind: str = Field(sa_type=Text)
    state: str = Field(default=MailState.waiting.value, sa_type=Text)
    attempts: int = 0
    next_try_at: datetime | None = Field(default_factory=clock.now, sa_type=TIMESTAMP)
    sent_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    secret_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    created_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)


class SentNotice(Model, TenantRow, table=True):
    """One thing that an account was told, once: its key names the row and the day it was about."""

    __tablename__ = "sent_notice"
    __table_args__ = (
        to_table("notice_mail", "mail_id"),
        UniqueConstraint("tenant_id", "account_id", "kind", "key"),
        Index("ix_sent_notice_tenant_id_mail_id", "tenant_id", "mail_id"),
    )

    account_id: UUID
    mail_id: UUID
    kind: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    about_id: UUID | None = None
