"""What goes in and out of the tenant keys API. Private halves never do."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from services.identity.tenantkey.material import Purpose
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_HREF = f"https://api.startklar.dev/identity/v1/tenant-keys/{_ID}"


class TenantKeyCreate(ApiInput):
    model_config = example({"purpose": "saml_signing"})

    purpose: Purpose


class TenantKeyActivate(ApiInput):
    """`urgentReason` takes a key into use that providers have not had a day to read; it stands in the journal."""

    model_config = example({"urgentReason": "The present key has leaked"})

    urgent_reason: str | None = Field(None, min_length=5, max_length=500)


class TenantKeyPublic(ApiModel):
    model_config = example(
        {
            "id": _ID,
            "purpose": "saml_signing",
            "state": "next",
            "fingerprint": "5f0c2b9e8d115f0c2b9e8d115f0c2b9e8d115f0c2b9e8d115f0c2b9e8d115f0c",
            "certificate": "MIIC...",
            "publicJwk": None,
            "expiresAt": "2029-08-17T08:00:00Z",
            "activatedAt": None,
            "retiredAt": None,
            "version": 1,
            "createdAt": "2026-08-17T08:00:00Z",
            "updatedAt": "2026-08-17T08:00:00Z",
            "allowedActions": [
                {"action": "activate", "method": "POST", "href": f"{_HREF}/activate", "allowed": True, "reason": None}
            ],
        }
    )

    id: UUID
    purpose: Purpose
    state: Literal["next", "active", "retired"]
    fingerprint: str = Field(description="SHA-256 of the certificate in hex, or the thumbprint of the JWK (RFC 7638)")
    certificate: str | None = Field(description="Base64 DER; null for an OpenID client key")
    public_jwk: dict[str, Any] | None = Field(description="Null for SAML keys")
    expires_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
