"""What goes in and out of the log of logins."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.identity.proof.faults import LoginFault
from shared.auth import Acr
from shared.web.models import ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_FAILURE = {"day": "2026-11-22", "providerId": _ID, "fault": "no_account", "words": "No open account", "count": 7}


class LoginEntryPublic(ApiModel):
    """One login: who, how, how surely, and how it ended. No name and no address."""

    model_config = example(
        {
            "id": _ID,
            "at": "2026-11-22T08:00:00Z",
            "accountId": _ID,
            "providerId": _ID,
            "method": "sso",
            "protocol": "saml",
            "outcome": "succeeded",
            "fault": None,
            "acr": "urn:startklar:loa:strong",
            "amr": ["mfa"],
            "factors": 2,
            "source": "http://id.skolfederation.se/loa/2fa",
            "clientId": "demo-app",
            "isStepUp": False,
        }
    )

    id: UUID
    at: datetime
    account_id: UUID | None = Field(description="Null once the person is forgotten")
    provider_id: UUID
    method: str
    protocol: Literal["oidc", "saml"]
    outcome: Literal["succeeded", "failed"]
    fault: LoginFault | None = Field(description="The rule that a failed login broke")
    acr: Acr | None
    amr: list[str] = Field(description="Methods that the provider named (RFC 8176)")
    factors: int
    source: str | None = Field(description="The provider's value that the level was read from")
    client_id: str | None = Field(description="The application that asked for the login")
    is_step_up: bool = Field(description="Whether a session that was there had to become stronger")


class LoginFailurePublic(ApiModel):
    """How often logins of people whom we do not know failed on a day; nothing tells them apart."""

    model_config = example(_FAILURE)

    day: date
    provider_id: UUID
    fault: LoginFault
    words: str
    count: int


class LoginFailures(ApiModel):
    """The counts of the last days, newest first."""

    model_config = example({"items": [_FAILURE]})

    items: list[LoginFailurePublic]


class LoginLogSettingPublic(ApiModel):
    """How long the tenant keeps its log of logins."""

    model_config = example({"retentionDays": 400, "version": 0})

    retention_days: int
    version: int = Field(description="0 while the default holds; send it in If-Match")


class LoginLogSettingUpdate(ApiInput):
    model_config = example({"retentionDays": 400})

    retention_days: int = Field(ge=30, le=3650, description="Older entries are deleted every night")
