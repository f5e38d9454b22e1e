"""What goes in and out of the login scopes API."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
Domain = Annotated[
    str,
    Field(
        min_length=3,
        max_length=200,
        pattern=rf"^{_LABEL}(?:\.{_LABEL})+$",
        description="The part of the login name after @ (eduPersonPrincipalName), as an ASCII domain name",
    ),
    AfterValidator(str.lower),
]


class LoginScopeCreate(ApiInput):
    model_config = example({"domain": "norrvik.example"})

    domain: Domain


class TenantLoginScopeCreate(ApiInput):
    """The operator's word that a domain is the tenant's."""

    model_config = example({"domain": "norrvik.example", "evidence": "DNS record seen; agreement 2026-114"})

    domain: Domain
    evidence: str = Field(min_length=3, max_length=500, description="What was seen; no personal data")


class LoginScopePublic(ApiModel):
    model_config = example(
        {
            "id": _ID,
            "domain": "norrvik.example",
            "state": "verified",
            "how": "operator",
            "evidence": "DNS record seen; agreement 2026-114",
            "requestedBy": _ID,
            "verifiedBy": _ID,
            "verifiedAt": "2026-08-17T08:00:00Z",
            "version": 2,
            "createdAt": "2026-08-17T08:00:00Z",
            "updatedAt": "2026-08-17T08:00:00Z",
            "allowedActions": [
                {
                    "action": "remove",
                    "method": "DELETE",
                    "href": f"https://api.startklar.dev/identity/v1/login-scopes/{_ID}",
                    "allowed": True,
                    "reason": None,
                }
            ],
        }
    )

    id: UUID
    domain: str
    state: Literal["pending", "verified"]
    how: Literal["federation", "operator"] | None
    evidence: str | None
    requested_by: UUID | None
    verified_by: UUID | None
    verified_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
