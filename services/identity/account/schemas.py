"""What goes in and out of the accounts API."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example


class AccountCreate(ApiInput):
    model_config = example({"loginName": "kim.exempel@norrvik.example", "displayName": "Kim Exempel"})

    login_name: str = Field(min_length=3, max_length=254, pattern=r"^[^\s@]+@[^\s@]+$")
    display_name: str = Field(min_length=1, max_length=200)


class AccountUpdate(ApiPatch):
    """Absent members stay as they are. The names of an account that follows the roster are changed there."""

    model_config = example({"state": "closed"})

    display_name: str | None = Field(None, min_length=1, max_length=200)
    state: Literal["open", "closed"] | None = None


class AccountPublic(ApiModel):
    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "personId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d12",
            "displayName": "Kim Exempel",
            "loginName": "kim.exempel@norrvik.example",
            "state": "open",
            "closedReason": None,
            "source": "roster",
            "version": 1,
            "createdAt": "2026-08-17T08:00:00Z",
            "updatedAt": "2026-08-17T08:00:00Z",
            "allowedActions": [
                {
                    "action": "close",
                    "method": "PATCH",
                    "href": "https://api.startklar.dev/identity/v1/accounts/01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
                    "allowed": True,
                    "reason": None,
                }
            ],
        }
    )

    id: UUID
    person_id: UUID | None = Field(description="The person in the roster, where the account follows one")
    display_name: str = Field(description="The alias, where the person's identity is protected")
    login_name: str | None = Field(description="Absent, where the person's identity is protected")
    state: Literal["open", "closed"]
    closed_reason: str | None
    source: Literal["roster", "manual"]
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
