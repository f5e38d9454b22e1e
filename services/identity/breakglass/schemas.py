"""What goes in and out of the break-glass API. The secrets go out once."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web.models import ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_PUBLIC = {
    "id": _ID,
    "accountId": _ID,
    "state": "pending",
    "lockedUntil": None,
    "version": 1,
    "createdAt": "2026-08-17T08:00:00Z",
    "updatedAt": "2026-08-17T08:00:00Z",
}


class BreakGlassCreate(ApiInput):
    model_config = example({"displayName": "Break-glass 1"})

    display_name: str = Field(min_length=1, max_length=200, description="Of the account; better no person's name")


class BreakGlassConfirm(ApiInput):
    model_config = example({"code": "123456"})

    code: str = Field(pattern=r"^[0-9]{6}$")


class BreakGlassPublic(ApiModel):
    model_config = example(_PUBLIC)

    id: UUID
    account_id: UUID
    state: Literal["pending", "enabled", "disabled"]
    locked_until: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class BreakGlassIssued(BreakGlassPublic):
    """Shown once: read the one into an authenticator app, print the other and lock it away."""

    model_config = example(
        _PUBLIC
        | {
            "totpUri": "otpauth://totp/Startklar:break-glass?secret=JBSWY3DPEHPK3PXP&issuer=Startklar",
            "recoverySecret": "AZefOnweR7G...",
            "page": "https://api.startklar.dev/oauth2/break-glass",
        }
    )

    totp_uri: str
    recovery_secret: str = Field(description="Good for one login; each login shows the next one")
    page: str = Field(description="Where both are used")


class BreakGlassUsePublic(ApiModel):
    model_config = example(
        {
            "id": _ID,
            "breakGlassId": _ID,
            "accountId": _ID,
            "usedAt": "2026-08-17T08:00:00Z",
            "acknowledgedBy": None,
            "acknowledgedAt": None,
        }
    )

    id: UUID
    break_glass_id: UUID
    account_id: UUID
    used_at: datetime
    acknowledged_by: UUID | None
    acknowledged_at: datetime | None
