"""Sessions and their ends as the API shows them."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.auth import Acr
from shared.contracts.identity_logout import SessionEndReason
from shared.web.models import ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class SessionPublic(ApiModel):
    """A login in one browser: when, how and how surely. No address of anybody's computer is kept."""

    model_config = example(
        {
            "id": _ID,
            "accountId": _ID,
            "method": "sso",
            "providerId": _ID,
            "acr": "urn:startklar:loa:strong",
            "amr": ["mfa"],
            "authTime": "2026-08-17T08:00:00Z",
            "createdAt": "2026-08-17T08:00:01Z",
            "expiresAt": "2026-08-17T20:00:01Z",
            "endedAt": None,
            "endReason": None,
            "isOpen": True,
            "isCurrent": True,
            "clients": ["demo-app"],
        }
    )

    id: UUID
    account_id: UUID
    method: str = Field(description="The login method")
    provider_id: UUID
    acr: Acr = Field(description="How surely the person is known")
    amr: list[str] = Field(description="By what the person proved it (RFC 8176), as far as the provider told")
    auth_time: datetime = Field(description="When the person proved who they are")
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end_reason: SessionEndReason | None
    is_open: bool
    is_current: bool = Field(description="Whether the caller's own token comes of it")
    clients: list[str] = Field(description="The applications that took part")


class LogoutPublic(ApiModel):
    """What ending sessions came to. Applications are told by the worker, so some may not have answered yet."""

    model_config = example({"ended": 2, "told": 3})

    ended: int = Field(description="Sessions that were open until now")
    told: int = Field(description="Applications that are told by back-channel logout")
