"""What goes in and out of the federations API."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from services.identity.assurance.loa_map import LoaMapKey
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_GENERATION_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d12"
_ENTITY_ID = "https://idp.norrvik.example/saml"
_PIN = "9f2b6d0c4e8a1f7355d0c1b2a3948576e6f7081920a1b2c3d4e5f60718293a4b"
_INSTANT = "2026-11-22T08:00:00Z"
_END = "2026-11-29T08:00:00Z"
_FINGERPRINT = r"^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$"
_FEED_URL = r"^https?://[^\s?#]+$"

Kind = Literal["aggregate", "mdq"]
State = Literal["active", "disabled"]
Fingerprint = Annotated[
    str,
    Field(pattern=_FINGERPRINT, description="SHA-256 of the certificate, in hex"),
    AfterValidator(lambda text: text.replace(":", "").lower()),
]
Signers = Annotated[
    list[Fingerprint],
    Field(
        min_length=1,
        max_length=2,
        description="Certificates that may sign, compared out of band; two while the federation exchanges its own",
    ),
]
Interval = Annotated[int, Field(ge=300, le=1800, description="Seconds between two looks, at most")]
MaxBytes = Annotated[int, Field(ge=65_536, le=67_108_864, description="A larger document is cut off and refused")]

_FIELDS = {
    "name": "Skolfederation",
    "kind": "aggregate",
    "url": "https://md.federation.example/md/skolfederation.xml",
    "signers": [_PIN],
    "loaMap": "skolfederation",
    "intervalSeconds": 1800,
    "maxBytes": 33_554_432,
}
FEDERATION_EXAMPLE = {
    "id": _ID,
    **_FIELDS,
    "state": "active",
    "currentGenerationId": _GENERATION_ID,
    "pendingGenerationId": None,
    "identityProviders": 214,
    "validUntil": _END,
    "refreshedAt": _INSTANT,
    "ageSeconds": 840,
    "isFresh": True,
    "attemptedAt": _INSTANT,
    "nextRefreshAt": _INSTANT,
    "failures": 0,
    "fault": None,
    "faultWords": None,
    "version": 1,
    "createdAt": _INSTANT,
    "updatedAt": _INSTANT,
    "allowedActions": [
        {
            "action": "change",
            "method": "PATCH",
            "href": f"https://api.startklar.dev/identity/v1/federations/{_ID}",
            "allowed": True,
            "reason": None,
        }
    ],
}


class FederationCreate(ApiInput):
    """A feed of metadata. Compare the fingerprint with what the federation publishes elsewhere, or by telephone."""

    model_config = example(_FIELDS)

    name: str = Field(min_length=1, max_length=200)
    kind: Kind = "aggregate"
    url: str = Field(max_length=1000, pattern=_FEED_URL, description="Of the aggregate, or the base of the query API")
    signers: Signers
    loa_map: LoaMapKey = Field(
        "", max_length=100, pattern=r"^[a-z0-9_.-]*$", description="Assurance map of providers that are made from here"
    )
    interval_seconds: Interval = 1800
    max_bytes: MaxBytes = 33_554_432


class FederationUpdate(ApiPatch):
    """Add the next certificate to `signers` before the federation signs with it; drop the old one afterwards."""

    model_config = example({"signers": [_PIN, _PIN[::-1]]})

    name: str | None = Field(None, min_length=1, max_length=200)
    signers: Signers | None = None
    loa_map: LoaMapKey | None = Field(None, max_length=100, pattern=r"^[a-z0-9_.-]*$")
    interval_seconds: Interval | None = None
    max_bytes: MaxBytes | None = None
    state: State | None = None


class FederationPublic(ApiModel):
    """A federation and how fresh what we know of it is."""

    model_config = example(FEDERATION_EXAMPLE)

    id: UUID
    name: str
    kind: Kind
    url: str
    signers: list[str]
    loa_map: str
    interval_seconds: int
    max_bytes: int
    state: State
    current_generation_id: UUID | None
    pending_generation_id: UUID | None = Field(description="Waits for an approval; logins read the current one")
    identity_providers: int
    valid_until: datetime | None = Field(
        description="Until then logins work even if the feed goes away", examples=[_END]
    )
    refreshed_at: datetime | None = Field(
        description="When the metadata in force were last seen to be the newest", examples=[_INSTANT]
    )
    age_seconds: int | None
    is_fresh: bool = Field(description="Valid, and no older than twice the interval")
    attempted_at: datetime | None = Field(examples=[_INSTANT])
    next_refresh_at: datetime = Field(examples=[_INSTANT])
    failures: int = Field(description="Failed looks in a row")
    fault: str | None = Field(description="Code of what went wrong last; null after a success")
    fault_words: str | None
    version: int
    created_at: datetime = Field(examples=[_INSTANT])
    updated_at: datetime = Field(examples=[_INSTANT])
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class LeftOut(ApiModel):
    """An entity that could not be used; the others live."""

    model_config = example({"entityId": _ENTITY_ID, "reason": "no_key"})

    entity_id: str
    reason: str


class GenerationPublic(ApiModel):
    """One document as it was fetched, and what became of it."""

    model_config = example(
        {
            "id": _GENERATION_ID,
            "status": "current",
            "reason": None,
            "reasonWords": None,
            "fetchedAt": _INSTANT,
            "publishedAt": _INSTANT,
            "validUntil": _END,
            "signer": _PIN,
            "sizeBytes": 8_200_000,
            "identityProviders": 214,
            "serviceProviders": 310,
            "leftOut": [{"entityId": _ENTITY_ID, "reason": "no_key"}],
            "changes": {"added": 1, "removed": 0, "keys": 0, "scopes": 0, "endpoints": 0},
        }
    )

    id: UUID
    status: Literal["current", "pending_approval", "refused", "superseded"]
    reason: str | None
    reason_words: str | None
    fetched_at: datetime = Field(examples=[_INSTANT])
    published_at: datetime | None = Field(examples=[_INSTANT])
    valid_until: datetime | None = Field(examples=[_END])
    signer: str | None
    size_bytes: int
    identity_providers: int
    service_providers: int
    left_out: list[LeftOut]
    changes: dict[str, object] | None = Field(
        description="Against the generation before: counts, and under `named` the first entityIDs of each"
    )


class Certificate(ApiModel):
    """A certificate that an identity provider signs with."""

    model_config = example({"fingerprint": _PIN, "expiresAt": _END})

    fingerprint: str
    expires_at: datetime = Field(examples=[_END])


class EntityPublic(ApiModel):
    """An identity provider of a federation. Freshness is its own: what a login at it would be judged by."""

    model_config = example(
        {
            "entityId": _ENTITY_ID,
            "names": {"sv": "Norrviks kommun"},
            "scopes": ["norrvik.example"],
            "certificates": [{"fingerprint": _PIN, "expiresAt": _END}],
            "attributes": {"http://macedir.org/entity-category": ["http://refeds.org/category/hide-from-discovery"]},
            "isHidden": False,
            "refreshedAt": _INSTANT,
            "ageSeconds": 840,
            "validUntil": _END,
            "isFresh": True,
        }
    )

    entity_id: str
    names: dict[str, str] = Field(description="By language")
    scopes: list[str] = Field(description="Whose users it may speak for")
    certificates: list[Certificate]
    attributes: dict[str, list[str]] = Field(description="Entity attributes: categories, assurance certification")
    is_hidden: bool = Field(description="Wants to stand in no list of a discovery page")
    refreshed_at: datetime | None = Field(examples=[_INSTANT])
    age_seconds: int | None
    valid_until: datetime = Field(examples=[_END])
    is_fresh: bool


class GenerationDecision(ApiInput):
    model_config = example({"generationId": _GENERATION_ID})

    generation_id: UUID


class EntityQuery(ApiInput):
    model_config = example({"entityId": _ENTITY_ID})

    entity_id: str = Field(min_length=1, max_length=1024)


class RefreshPublic(ApiModel):
    """Where to look how far the work is."""

    model_config = example({"jobId": _ID})

    job_id: UUID
