"""The tables of client applications and of the assertions that they have used up."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from services.identity.protocol.parameters import TOKEN_EXCHANGE
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

_FOR_PEOPLE = ("authorization_code", "refresh_token")
# What each kind of client may do where its registration says nothing else.
_GRANTS = {
    "public": _FOR_PEOPLE,
    "web": _FOR_PEOPLE,
    "script": ("client_credentials",),
    "service": ("client_credentials", TOKEN_EXCHANGE),
}


class Client(Model, TenantRow, Versioned, table=True):
    """An application that asks for tokens.

    Clients of the platform (the apps, the services) stand under the nil tenant and have a readable `client_id`. A
    tenant's own client has one that begins with its tenant, so that no lookup crosses tenants and no two collide.
    `roles` are what a script acts with; people act with their own. Both secrets of a rotation are good until
    `former_secret_until`. Keys stand in `public_keys`, or are read from `jwks_uri`.
    """

    __tablename__ = "client"
    __table_args__ = (
        UniqueConstraint("tenant_id", "client_id"),
        CheckConstraint("kind IN ('public','web','script','service')", name="kind"),
    )

    client_id: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    secret_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    former_secret_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    former_secret_until: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    public_keys: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    jwks_uri: str | None = Field(default=None, sa_type=Text)
    grant_types: list[str] = Field(default_factory=list, sa_type=JSONB)
    redirect_uris: list[str] = Field(default_factory=list, sa_type=JSONB)
    post_logout_redirect_uris: list[str] = Field(default_factory=list, sa_type=JSONB)
    backchannel_logout_uri: str | None = Field(default=None, sa_type=Text)
    frontchannel_logout_uri: str | None = Field(default=None, sa_type=Text)
    requires_par: bool = False
    requires_dpop: bool = False
    scopes: list[str] = Field(default_factory=list, sa_type=JSONB)
    audiences: list[str] = Field(default_factory=list, sa_type=JSONB)
    roles: list[str] = Field(default_factory=list, sa_type=JSONB)
    side: str | None = Field(default=None, sa_type=Text)
    state: str = Field(default="active", sa_type=Text)
    is_demo: bool = False

    def may(self, grant: str) -> bool:
        """Whether the client is registered for a grant (RFC 7591 section 2, `grant_types`)."""
        return grant in (self.grant_types or _GRANTS[self.kind])


class UsedAssertion(Model, table=True):
    """A client assertion that was accepted once (RFC 7523 section 3, `jti`)."""

    __tablename__ = "used_assertion"
    __table_args__ = (Index("ix_used_assertion_tenant_id_expires_at", "tenant_id", "expires_at"),)

    tenant_id: UUID = Field(primary_key=True)
    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
