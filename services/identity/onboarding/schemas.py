"""What goes in and out of setting login methods up: trials, previews, the checklist."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.identity.assurance.loa_map import LoaMapKey
from services.identity.provider.schemas import AcrMap, Population
from shared.auth import Acr
from shared.web.models import ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_REPORT = {
    "verdict": "The login worked",
    "checks": [
        {"rule": "answer", "outcome": "held", "text": "The answer came from the right provider", "advice": None}
    ],
    "attributes": [{"name": "eduPersonPrincipalName", "count": 1, "isWellFormed": True, "values": ["a***@x.example"]}],
    "contexts": ["http://id.skolfederation.se/loa/2fa"],
    "missing": [],
    "acr": "urn:startklar:loa:strong",
    "acrSource": "http://id.skolfederation.se/loa/2fa",
    "factors": 2,
    "accountId": _ID,
    "facts": {"signature": "ES256", "clock_skew_seconds": "1"},
    "detail": "",
}


class TrialCheck(ApiModel):
    """A rule that a login meets, in the order in which it meets them."""

    rule: str
    outcome: Literal["held", "failed", "not_reached"]
    text: str
    advice: str | None = Field(description="What to do, where the rule failed")


class TrialAttribute(ApiModel):
    """An attribute that came. Values are masked and there for a day; codes are in clear."""

    name: str
    count: int
    is_well_formed: bool
    values: list[str] | None


class TrialReport(ApiModel):
    """What a trial showed, in words."""

    model_config = example(_REPORT)

    verdict: str
    checks: list[TrialCheck]
    attributes: list[TrialAttribute]
    contexts: list[str] = Field(description="What the provider said of how the person logged in")
    missing: list[str] = Field(description="What a login needs and did not come")
    acr: Acr | None
    acr_source: str | None = Field(description="The provider's value that the level was read from")
    factors: int | None
    account_id: UUID | None = Field(description="The account that the login would be for")
    facts: dict[str, str] = Field(description="How the answer was verified: algorithm, certificate, clock skew")
    detail: str = Field(description="For technicians; holds nothing personal")


class TrialCreate(ApiInput):
    """Whom a trial stands for, and what it has to reach."""

    model_config = example({"population": "staff", "acr": "urn:startklar:loa:strong"})

    population: Population | None = Field(None, description="One of the method's; none where it is for everybody")
    acr: Acr | None = Field(None, description="The level that the login has to reach")


class TrialPublic(ApiModel):
    """A login on trial. Open `url` in a browser, best in a private window: nobody is logged in by it."""

    model_config = example(
        {
            "id": _ID,
            "providerId": _ID,
            "state": "passed",
            "population": "staff",
            "wantedAcr": "urn:startklar:loa:strong",
            "configurationHash": _HASH,
            "isCurrent": True,
            "createdAt": "2026-11-22T08:00:00Z",
            "expiresAt": "2026-11-22T08:15:00Z",
            "concludedAt": "2026-11-22T08:01:00Z",
            "url": None,
            "report": _REPORT,
        }
    )

    id: UUID
    provider_id: UUID
    state: Literal["open", "passed", "failed"]
    population: Population | None
    wanted_acr: Acr | None
    configuration_hash: str
    is_current: bool = Field(description="Whether the method is still set up as it was tried")
    created_at: datetime
    expires_at: datetime = Field(description="Until when the login can be made")
    concluded_at: datetime | None
    url: str | None = Field(description="Where the login is made; told once, in the answer that makes the trial")
    report: TrialReport | None


class PreviewCreate(ApiInput):
    """Another mapping, to be judged by what came in a trial. What is left out is as it is set up."""

    model_config = example({"loginClaim": "mail", "acrMap": {"urn:idp:mfa": "urn:startklar:loa:strong"}})

    login_claim: str | None = Field(None, min_length=1, max_length=200)
    loa_map: LoaMapKey | None = Field(None, max_length=100, pattern=r"^[a-z0-9-]*$")
    acr_map: AcrMap | None = None


class Registration(ApiModel):
    """What is registered about us at the identity provider; what the protocol does not have is null."""

    redirect_uri: str = Field(description="Where answers are sent: redirect URI or assertion consumer service")
    logout_uri: str | None
    jwks_uri: str | None = Field(description="Our keys, where we prove ourselves by private_key_jwt")
    entity_id: str | None
    metadata_url: str | None
    metadata_sha256: str | None = Field(description="Of the metadata as it is now; compare it by telephone")
    metadata_sha1: str | None = Field(description="Some federations still compare this one")


class OnboardingStep(ApiModel):
    """A step of the work plan (HAN-I5 set up, HAN-I6 verify each chosen method, HAN-I7 activate)."""

    key: Literal["HAN-I5", "HAN-I6", "HAN-I7"]
    title: str
    is_done: bool
    done_at: datetime | None
    seconds: int | None = Field(description="From the end of the step before, or from the first draft")
    remaining: list[str] = Field(description="What is left to do, in words")


class OnboardingPublic(ApiModel):
    """How far a login method has come, and how long it took from draft to activation."""

    model_config = example(
        {
            "providerId": _ID,
            "method": "sso",
            "state": "verified",
            "steps": [
                {
                    "key": "HAN-I5",
                    "title": "Set up the login",
                    "isDone": True,
                    "doneAt": "2026-11-22T08:05:00Z",
                    "seconds": 300,
                    "remaining": [],
                }
            ],
            "seconds": 420,
            "registration": {
                "redirectUri": f"https://id.startklar.dev/oidc/{_ID}/callback",
                "logoutUri": f"https://id.startklar.dev/oidc/{_ID}/backchannel-logout",
                "jwksUri": f"https://id.startklar.dev/oidc/{_ID}/jwks",
                "entityId": None,
                "metadataUrl": None,
                "metadataSha256": None,
                "metadataSha1": None,
            },
        }
    )

    provider_id: UUID
    method: str
    state: Literal["draft", "verified", "active", "disabled"]
    steps: list[OnboardingStep]
    seconds: int | None = Field(description="From the first draft to activation, or until now")
    registration: Registration


class SharedIssuerCreate(ApiInput):
    """A provider that may vouch for the people of several tenants, each for its own."""

    model_config = example({"issuer": "https://broker.example", "reason": "National broker, agreement 2026-14"})

    issuer: str = Field(min_length=1, max_length=1024, pattern=r"^[^\s]+$")
    reason: str = Field(min_length=1, max_length=500)


class SharedIssuerPublic(ApiModel):
    model_config = example(
        {
            "id": _ID,
            "issuer": "https://broker.example",
            "reason": "National broker, agreement 2026-14",
            "createdAt": "2026-11-22T08:00:00Z",
        }
    )

    id: UUID
    issuer: str
    reason: str
    created_at: datetime
