"""The evidence report: which login methods are verified, by what, and the signature that vouches for it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.auth import Acr
from shared.web.models import ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class EvidencePublic(ApiModel):
    """That somebody of a population logged in at a provider under one configuration."""

    provider_id: UUID
    population: str = Field(description="Empty where the provider is for everybody")
    acr: Acr
    configuration_hash: str
    trial_id: UUID | None = Field(description="The trial that proved it; null where a real login did")
    verified_at: datetime
    renewed_at: datetime = Field(description="The last login that proved it")
    is_valid: bool
    lapsed_at: datetime | None
    lapse_reason: str | None


class MethodEvidence(ApiModel):
    """A login method with all that is or was proven of it. `acr` is the weakest level of its populations."""

    key: str
    is_verified: bool
    acr: Acr
    evidence: list[EvidencePublic]
    unproven: list[str] = Field(description="Providers in use without proof for everybody, by id")


class EvidenceReport(ApiModel):
    """What the gates are told, and by what. `signature` is a compact JWS over the same report (RFC 7515)."""

    model_config = example(
        {
            "tenantId": _ID,
            "at": "2026-11-22T08:00:00Z",
            "methods": [
                {
                    "key": "sso",
                    "isVerified": True,
                    "acr": "urn:startklar:loa:strong",
                    "evidence": [
                        {
                            "providerId": _ID,
                            "population": "",
                            "acr": "urn:startklar:loa:strong",
                            "configurationHash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                            "trialId": _ID,
                            "verifiedAt": "2026-11-22T08:00:00Z",
                            "renewedAt": "2026-11-22T08:00:00Z",
                            "isValid": True,
                            "lapsedAt": None,
                            "lapseReason": None,
                        }
                    ],
                    "unproven": [],
                }
            ],
            "signature": "eyJhbGciOiJFUzI1NiIsInR5cCI6InN0YXJ0a2xhci1sb2dpbi1ldmlkZW5jZStqd3QifQ.e30.c2ln",
        }
    )

    tenant_id: UUID
    at: datetime
    methods: list[MethodEvidence]
    signature: str = Field(description="By a key of `/oauth2/jwks` as it is now: check it when you keep the report")
