"""Mail addresses of staff, sealed, and the language in which a person wants to be written to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, Text
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class MailAddress(Model, TenantRow, table=True):
    """The address of a person (`id`), under the service's file key; empty where the roster has none.

    `mark` recognises the same address again without opening it; `refused_at` is when a mail host refused it for good.
    """

    __tablename__ = "mail_address"
    __table_args__ = (CheckConstraint("(sealed IS NULL) = (mark IS NULL)", name="sealed"),)

    sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    mark: bytes | None = Field(default=None, sa_type=LargeBinary)
    refused_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    roster_version: int = 0


class MailChoice(Model, TenantRow, Versioned, table=True):
    """In which language a person (`id`) wants mail; who chose none gets the tenant's."""

    __tablename__ = "mail_choice"
    __table_args__ = (CheckConstraint("language IN ('sv', 'da', 'en')", name="language"),)

    language: str = Field(sa_type=Text)
