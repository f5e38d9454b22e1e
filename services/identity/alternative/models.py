"""The tables of further ways to log in to an account, and of the cases in which a person has to decide."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

_ACCOUNT = (["tenant_id", "account_id"], ["account.tenant_id", "account.id"])


class AccountAlternative(Model, TenantRow, table=True):
    """A provider's own name for the holder of an account, as SHA-256: MitID's uuid, UNI-Login's uniid.

    One account has it, whoever claims it at the same time. `relink_hash` is of what stays when a provider renames
    everybody (CVR and RID), and is good for a case alone, never for a login.
    """

    __tablename__ = "account_alternative"
    __table_args__ = (
        ForeignKeyConstraint(*_ACCOUNT, ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "subject_hash"),
        Index("ix_account_alternative_tenant_id_account_id", "tenant_id", "account_id"),
    )

    account_id: UUID
    provider_id: UUID
    subject_hash: bytes = Field(sa_type=LargeBinary)
    relink_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    confirmed_by: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=TIMESTAMP)


class AlternativeRequest(Model, TenantRow, table=True):
    """The holder's wish that the next fresh login at a provider, in the same browser, be a way into the account."""

    __tablename__ = "alternative_request"
    __table_args__ = (
        ForeignKeyConstraint(*_ACCOUNT, ondelete="CASCADE"),
        Index("ix_alternative_request_tenant_id_account_id", "tenant_id", "account_id"),
    )

    account_id: UUID
    provider_id: UUID
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    used_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class LinkCase(Model, TenantRow, Versioned, table=True):
    """Two records that may be one person's; an administrator decides, nothing else does.

    `roster`: the account was opened by hand, and the person in the roster has the same login name, outside the
    tenant's verified domains. `relink`: the provider gave a new name to somebody with the same CVR and RID. A
    `fingerprint` is decided once: what was rejected does not come back.
    """

    __tablename__ = "link_case"
    __table_args__ = (
        ForeignKeyConstraint(*_ACCOUNT, ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "fingerprint"),
        Index("ix_link_case_tenant_id_account_id", "tenant_id", "account_id"),
        CheckConstraint("kind IN ('roster', 'relink')", name="kind"),
        CheckConstraint("state IN ('open', 'confirmed', 'rejected')", name="state"),
    )

    kind: str = Field(sa_type=Text)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    account_id: UUID
    person_id: UUID | None = None
    provider_id: UUID | None = None
    subject_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    state: str = Field(default="open", sa_type=Text)
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
