"""What goes in and out of the API of a unit's accounts."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.identity.account.schemas import AccountCreate
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class UnitAccountCreate(AccountCreate):
    model_config = example({"unitId": _ID, "loginName": "kim.exempel@norrvik.example", "displayName": "Kim Exempel"})

    unit_id: UUID = Field(description="A unit of the roster that the caller administers")


class UnitAccountClosing(ApiInput):
    model_config = example({"reason": "The temporary post has ended"})

    reason: str = Field(min_length=3, max_length=500, description="For the journal; name nobody")


class UnitAccountPublic(ApiModel):
    model_config = example(
        {
            "id": _ID,
            "unitId": _ID,
            "displayName": "Kim Exempel",
            "loginName": "kim.exempel@norrvik.example",
            "state": "open",
            "version": 1,
            "createdAt": "2026-08-17T08:00:00Z",
            "updatedAt": "2026-08-17T08:00:00Z",
            "allowedActions": [
                {
                    "action": "close",
                    "method": "POST",
                    "href": f"https://api.startklar.dev/identity/v1/unit-accounts/{_ID}/closings",
                    "allowed": True,
                    "reason": None,
                }
            ],
        }
    )

    id: UUID
    unit_id: UUID
    display_name: str
    login_name: str
    state: Literal["open", "closed"]
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
