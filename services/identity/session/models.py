"""The tables of single sign-on sessions and of the clients that took part in them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class SsoSession(Model, TenantRow, table=True):
    """A browser in which an account of this tenant has logged in at the tenant's identity provider.

    `acr`, `amr` and `factors` are our reading of what the provider said, by `assurance_source`; `auth_time` is when
    the person proved who they are. `upstream_session` and the provider's name for the person (its SHA-256 with the
    issuer to recognise it, sealed to say it) are what a logout at either side needs. `is_untold`: it was ended by
    `eviction`, and the worker has yet to tell the applications that took part.
    """

    __tablename__ = "sso_session"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"], ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "secret_hash"),
        Index("ix_sso_session_tenant_id_account_id", "tenant_id", "account_id"),
        Index("ix_sso_session_tenant_id_expires_at", "tenant_id", "expires_at"),
        Index("ix_sso_session_tenant_id_upstream_subject_hash", "tenant_id", "upstream_subject_hash"),
        Index("ix_sso_session_untold", "tenant_id", "id", postgresql_where=text("is_untold")),
    )

    secret_hash: bytes = Field(sa_type=LargeBinary)
    account_id: UUID
    provider_id: UUID
    upstream_session: str | None = Field(default=None, sa_type=Text)
    upstream_subject_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    upstream_subject_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    method: str = Field(default="sso", sa_type=Text)
    acr: str = Field(sa_type=Text)
    amr: list[str] = Field(default_factory=list, sa_type=JSONB)
    factors: int = 1
    assurance_source: str | None = Field(default=None, sa_type=Text)
    auth_time: datetime = Field(sa_type=TIMESTAMP)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    end_reason: str | None = Field(default=None, sa_type=Text)
    is_untold: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class SessionClient(Model, TenantRow, table=True):
    """A client that was given tokens of `token_tenant_id` in a session, which it knows as `told_session_id`.

    That stays the first session's id where a stronger login took its place: it is the `sid` of the client's id token.
    """

    __tablename__ = "session_client"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "session_id"], ["sso_session.tenant_id", "sso_session.id"], ondelete="CASCADE"
        ),
        UniqueConstraint(
            "tenant_id", "session_id", "client_id", "token_tenant_id", "told_session_id", name="uq_session_client_part"
        ),
    )

    session_id: UUID
    client_id: str = Field(sa_type=Text)
    token_tenant_id: UUID
    told_session_id: UUID
    created_at: datetime = Field(sa_type=TIMESTAMP)
