"""The table of tenants' own keys: what their identity providers know us by. Private halves are sealed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class TenantKey(Model, TenantRow, Versioned, table=True):
    """A key of one purpose: `next` waits until providers know it, `active` is used, `retired` is past.

    SAML's purposes carry a self-signed certificate (base64 DER), OpenID's a public JWK. `fingerprint` is the SHA-256
    of the certificate, or the JWK's thumbprint (RFC 7638). `private_sealed` is gone once nobody needs it: at once for
    keys that only sign, after a while for keys that decrypt, since a provider may still encrypt to the former one.
    """

    __tablename__ = "tenant_key"
    __table_args__ = (
        CheckConstraint("purpose IN ('saml_signing', 'saml_encryption', 'oidc_client')", name="purpose"),
        CheckConstraint("state IN ('next', 'active', 'retired')", name="state"),
        CheckConstraint("state = 'retired' OR private_sealed IS NOT NULL", name="usable"),
        Index(
            "uq_tenant_key_tenant_id_purpose_state",
            "tenant_id",
            "purpose",
            "state",
            unique=True,
            postgresql_where=text("state <> 'retired'"),
        ),
    )

    purpose: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    private_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    certificate: str | None = Field(default=None, sa_type=Text)
    public_jwk: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    fingerprint: str = Field(sa_type=Text)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    activated_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    retired_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
