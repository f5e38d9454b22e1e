"""Request and response bodies of certificates."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.kit.text import Text
from shared.web import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-8888-7b52-9d3a-5f0c2b9e8d11"
_TITLE = {"sv": "Nyckelperson", "en": "Key person", "da": "Nøgleperson"}
_VERIFY = f"https://startklar.example/training/v1/badge-issuers/01979f3a-9999-7b52-9d3a-5f0c2b9e8d11/badges/{_ID}"
Kind = Literal["course", "curriculum"]
State = Literal["valid", "revoked"]
Reason = Literal["error", "withdrawn", "corrected", "replaced", "erased"]


class CertificatePublic(ApiModel):
    """A certificate; also as PDF and as Open Badge (`Accept: application/pdf`, `application/vc+jwt`)."""

    model_config = example(
        {
            "id": _ID,
            "personId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
            "kind": "curriculum",
            "achievementId": "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11",
            "title": _TITLE,
            "issuedAt": "2026-08-17T12:00:00Z",
            "state": "valid",
            "revokedAt": None,
            "revokedReason": None,
            "verificationUrl": _VERIFY,
            "version": 1,
            "allowedActions": [],
        }
    )

    id: UUID
    person_id: UUID | None = Field(description="Null once the person was erased")
    kind: Kind
    achievement_id: UUID = Field(description="The course or the curriculum")
    title: Text
    issued_at: datetime
    state: State
    revoked_at: datetime | None
    revoked_reason: Reason | None
    verification_url: str = Field(description="Where anybody sees whether it holds")
    version: int
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class CertificateRevoke(ApiInput):
    """Why a certificate holds no longer."""

    model_config = example({"reason": "error"})

    reason: Literal["error", "withdrawn"]


class BadgeState(ApiModel):
    """What anybody may know of a badge that they were shown: never whose it is."""

    model_config = example(
        {
            "id": _VERIFY,
            "state": "valid",
            "kind": "curriculum",
            "title": _TITLE,
            "issuer": "Norrvik municipality",
            "issuedAt": "2026-08-17T12:00:00Z",
            "revokedAt": None,
            "revokedReason": None,
        }
    )

    id: str
    state: State
    kind: Kind
    title: Text
    issuer: str
    issued_at: datetime
    revoked_at: datetime | None
    revoked_reason: Reason | None
