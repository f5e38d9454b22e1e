"""The tables of accounts and of the login names by which a provider's word finds them."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TenantRow, Versioned


class Account(Model, TenantRow, Versioned, table=True):
    """Somebody who may log in at the home tenant's identity provider.

    Of a protected person `display_name` is the alias and `login_name` is absent; the account is found by digest.
    `source` is `roster` (follows sync, as of `roster_version`) or `manual`.
    `closed_reason` says why a closed account was closed. `unit_id` is the unit whose administrator opened it by hand.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("tenant_id", "person_id"),
        Index("ix_account_tenant_id_unit_id", "tenant_id", "unit_id", postgresql_where=text("unit_id IS NOT NULL")),
    )

    person_id: UUID | None = None
    display_name: str = Field(sa_type=Text)
    login_name: str | None = Field(default=None, sa_type=Text)
    is_protected: bool = False
    state: str = Field(default="open", sa_type=Text)
    closed_reason: str | None = Field(default=None, sa_type=Text)
    source: str = Field(default="manual", sa_type=Text)
    roster_version: int = 0
    unit_id: UUID | None = None


class AccountLogin(Model, table=True):
    """A login name of an account, as SHA-256 of its lower-case form: enough to recognise it, not to read it."""

    __tablename__ = "account_login"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"], ondelete="CASCADE"),
        Index("ix_account_login_tenant_id_account_id", "tenant_id", "account_id"),
    )

    tenant_id: UUID = Field(primary_key=True)
    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    account_id: UUID
