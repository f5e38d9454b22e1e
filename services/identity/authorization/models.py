"""The tables of logins under way and of the codes that they end in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class LoginRequest(Model, TenantRow, table=True):
    """A client's authorization request that waits for a login at this tenant's provider. Used once.

    `browser_hash` ties it to the browser that began it, `state_hash` (of OpenID's state, of SAML's RelayState) to the
    one response of the provider, which must answer `protocol_request_id` where the protocol has one.
    `expected_account_id` is set for a step-up: the stronger login must be the same person's. A login on trial has no
    client's `request`; its browser is bound when it departs.
    """

    __tablename__ = "login_request"
    __table_args__ = (
        UniqueConstraint("tenant_id", "handle_hash"),
        UniqueConstraint("tenant_id", "state_hash"),
        CheckConstraint("purpose IN ('login', 'trial')", name="purpose"),
        Index("ix_login_request_tenant_id_expires_at", "tenant_id", "expires_at"),
    )

    handle_hash: bytes = Field(sa_type=LargeBinary)
    browser_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    purpose: str = Field(default="login", sa_type=Text)
    request: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    trial_id: UUID | None = None
    expected_account_id: UUID | None = None
    former_session_id: UUID | None = None
    provider_id: UUID | None = None
    state_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    nonce: str | None = Field(default=None, sa_type=Text)
    code_verifier: str | None = Field(default=None, sa_type=Text)
    protocol_request_id: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    used_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class AuthorizationCode(Model, TenantRow, table=True):
    """A code for one client, in the tenant that the token will be for. `family_id` is what it was redeemed for.

    `dpop_jkt` names the only key that may redeem it, where the client said one (RFC 9449 section 10).
    """

    __tablename__ = "authorization_code"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code_hash"),
        Index("ix_authorization_code_tenant_id_expires_at", "tenant_id", "expires_at"),
    )

    code_hash: bytes = Field(sa_type=LargeBinary)
    client_id: str = Field(sa_type=Text)
    redirect_uri: str = Field(sa_type=Text)
    scope: str = Field(sa_type=Text)
    nonce: str | None = Field(default=None, sa_type=Text)
    code_challenge: str = Field(sa_type=Text)
    home_tenant_id: UUID
    account_id: UUID
    session_id: UUID
    acr: str = Field(sa_type=Text)
    amr: list[str] = Field(default_factory=list, sa_type=JSONB)
    auth_time: datetime = Field(sa_type=TIMESTAMP)
    dpop_jkt: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    used_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    family_id: UUID | None = None
