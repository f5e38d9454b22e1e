"""Evidence packs, keys and checks on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.sync.evidence.models import EvidencePack
from shared.web.models import ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_UNIT = "01979f3a-8a40-7d11-8c55-0d7e6f1a2b33"
_HASH = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
_JWS = "eyJhbGciOiJFUzI1NiIsInR5cCI6InN0YXJ0a2xhci1zeW5jLWV2aWRlbmNlK2p3dCJ9.e30.c2ln"


class PackCreate(ApiInput):
    """Of which unit evidence shall be made."""

    model_config = example({"unitId": _UNIT})

    unit_id: UUID


class PackPublic(ApiModel):
    """A pack. Whoever doubts it: SHA-256 over the UTF-8 of `content` is `contentHash`, which the payload of `signature`
    (a compact JWS, RFC 7515, ES256) names too; its key is at /evidence-keys."""

    model_config = example(
        {
            "id": _ID,
            "unitId": _UNIT,
            "madeAt": "2026-11-22T08:00:00Z",
            "madeBy": _ID,
            "contentHash": _HASH,
            "signature": _JWS,
            "content": '{"type":"startklar-sync-evidence","version":1}',
        }
    )

    id: UUID
    unit_id: UUID
    made_at: datetime
    made_by: UUID
    content_hash: str
    signature: str
    content: str = Field(description="JSON as text, since the hash is over its bytes")


class PackCheck(ApiInput):
    """A pack as somebody holds it."""

    model_config = example({"content": '{"type":"startklar-sync-evidence","version":1}', "signature": _JWS})

    content: str = Field(max_length=1_000_000)
    signature: str = Field(max_length=8192)


class PackChecked(ApiModel):
    """Whether the signature vouches for the content; `fault` says what does not fit."""

    model_config = example({"isGenuine": False, "fault": "content"})

    is_genuine: bool
    fault: Literal["signature", "key", "content"] | None


class EvidenceKeys(ApiModel):
    """A JWK Set (RFC 7517)."""

    model_config = example(
        {
            "keys": [
                {
                    "kty": "EC",
                    "crv": "P-256",
                    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                    "kid": "8wHcXcXnEkDJ5S9Yt0Ww7GfPzvKnaD4S2sPHuQzkXnw",
                    "alg": "ES256",
                    "use": "sig",
                }
            ]
        }
    )

    keys: list[dict[str, str]]


def show_pack(row: EvidencePack) -> PackPublic:
    return PackPublic.model_validate(row)
