"""Request and response bodies of issuers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.web import ApiInput, ApiModel, example

_ID = "01979f3a-9999-7b52-9d3a-5f0c2b9e8d11"
_URL = f"https://startklar.example/training/v1/badge-issuers/{_ID}"
_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "kid": "2Pg1bVqrj2bD6tYrhV1iQ5m8cV4cZ1",
    "alg": "ES256",
    "use": "sig",
}
_NAME = {"name": "Norrvik municipality", "homepage": "https://norrvik.example"}


class IssuerProfileInput(ApiInput):
    """How the authority is called on certificates."""

    model_config = example(_NAME)

    name: str = Field(min_length=1, max_length=200)
    homepage: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=500)] | None = None


class IssuerProfilePublic(ApiModel):
    """How the authority is called; version 0 until it says so."""

    model_config = example(_NAME | {"version": 1})

    name: str
    homepage: str | None
    version: int


class IssuerKeyPublic(ApiModel):
    """A key of the authority; a retired one signs nothing more, and what it signed still verifies."""

    model_config = example({"id": _ID, "kid": _KEY["kid"], "createdAt": "2026-08-17T07:00:00Z", "retiredAt": None})

    id: UUID
    kid: str
    created_at: datetime
    retired_at: datetime | None


class PublicJwk(ApiModel):
    """A public key (RFC 7517)."""

    model_config = example(_KEY)

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    alg: Literal["ES256"]
    use: Literal["sig"]


class PublicJwks(ApiModel):
    """Every public key, the retired ones included (RFC 7517 section 5)."""

    model_config = example({"keys": [_KEY]})

    keys: list[PublicJwk]


class BadgeIssuer(ApiModel):
    """Who issues (Open Badges 3.0, Profile)."""

    model_config = example(
        {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": _URL,
            "type": ["Profile"],
            "name": "Norrvik municipality",
            "url": "https://norrvik.example",
            "jwks": f"{_URL}/keys",
        }
    )

    context: list[str] = Field(alias="@context")
    id: str
    type: list[str]
    name: str
    url: str
    jwks: str
