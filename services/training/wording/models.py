"""How a tenant writes to people: its own words in place of ours, its language, and when it does not disturb."""

from datetime import time
from uuid import UUID

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class MailTemplate(Model, TenantRow, Versioned, table=True):
    """The tenant's own subject and body of one kind of mail in one language."""

    __tablename__ = "mail_template"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "language"),
        CheckConstraint("language IN ('sv', 'da', 'en')", name="language"),
    )

    kind: str = Field(sa_type=Text)
    language: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)


class MailRule(Model, Versioned, table=True):
    """In which language the tenant writes, and its quiet hours, which may pass midnight; one row each."""

    __tablename__ = "mail_rule"
    __table_args__ = (
        CheckConstraint("language IN ('sv', 'da', 'en')", name="language"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet"),
    )

    tenant_id: UUID = Field(primary_key=True)
    language: str = Field(default="sv", sa_type=Text)
    quiet_from: time | None = time(20)
    quiet_to: time | None = time(7)
    has_reminders: bool = True
