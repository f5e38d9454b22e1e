"""What goes in and out of the alternatives API. A provider's name for a person goes neither in nor out."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class AlternativeRequestCreate(ApiInput):
    model_config = example({"providerId": _ID})

    provider_id: UUID = Field(description="Where the holder will log in next, in the same browser")


class AlternativeRequestPublic(ApiModel):
    """Send the browser to the authorization endpoint with `max_age=0` before it expires."""

    model_config = example({"id": _ID, "providerId": _ID, "expiresAt": "2026-08-17T08:10:00Z"})

    id: UUID
    provider_id: UUID
    expires_at: datetime


class AccountAlternativePublic(ApiModel):
    model_config = example(
        {
            "id": _ID,
            "accountId": _ID,
            "providerId": _ID,
            "confirmedBy": "holder",
            "createdAt": "2026-08-17T08:00:00Z",
            "allowedActions": [
                {
                    "action": "remove",
                    "method": "POST",
                    "href": f"https://api.startklar.dev/identity/v1/account-alternatives/{_ID}/removals",
                    "allowed": True,
                    "reason": None,
                }
            ],
        }
    )

    id: UUID
    account_id: UUID
    provider_id: UUID
    confirmed_by: Literal["holder", "administrator"]
    created_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class LinkCasePublic(ApiModel):
    model_config = example(
        {
            "id": _ID,
            "kind": "roster",
            "accountId": _ID,
            "personId": _ID,
            "providerId": None,
            "state": "open",
            "decidedBy": None,
            "decidedAt": None,
            "version": 1,
            "createdAt": "2026-08-17T08:00:00Z",
            "updatedAt": "2026-08-17T08:00:00Z",
            "allowedActions": [
                {
                    "action": "confirm",
                    "method": "POST",
                    "href": f"https://api.startklar.dev/identity/v1/link-cases/{_ID}/confirmations",
                    "allowed": True,
                    "reason": None,
                }
            ],
        }
    )

    id: UUID
    kind: Literal["roster", "relink"]
    account_id: UUID
    person_id: UUID | None
    provider_id: UUID | None
    state: Literal["open", "confirmed", "rejected"]
    decided_by: UUID | None
    decided_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
