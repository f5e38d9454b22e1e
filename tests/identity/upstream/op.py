"""A small OpenID provider on a real socket, which a test can tell to misbehave and ask what it was asked."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from shared.kit import clock
from tests.identity.world import listening, serving


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)


@dataclass
class Provider:
    """What it publishes and answers; `asked` counts calls by path, `forms` and `headers` keep the last ones."""

    issuer: str
    keys: list[ECKey] = field(default_factory=lambda: [new_key()])
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    forms: dict[str, dict[str, str]] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    is_down: bool = False
    token_error: str | None = None
    signer: ECKey | None = None

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "id_token_signing_alg_values_supported": ["ES256"],
        } | self.metadata

    def token(self, **claims: Any) -> str:
        key, now = self.signer or self.keys[0], int(clock.now().timestamp())
        body = {"iss": self.issuer, "aud": "startklar", "sub": "abc", "iat": now, "exp": now + 300} | claims
        header = {"alg": "ES256", "kid": key.kid}
        return jwt.encode(header, {k: v for k, v in body.items() if v is not None}, key, algorithms=["ES256"])


def create_provider(provider: Provider) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def remember(request: Request, call_next: Any) -> Response:
        provider.asked[request.url.path] += 1
        provider.forms[request.url.path] = dict(parse_qsl((await request.body()).decode()))
        provider.headers[request.url.path] = dict(request.headers)
        answer: Response = Response(status_code=503) if provider.is_down else await call_next(request)
        return answer

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        return provider.document()

    @app.get("/jwks")
    async def jwks() -> Any:
        return KeySet(list(provider.keys)).as_dict(private=False)

    @app.post("/token")
    async def token() -> Response:
        if provider.token_error is not None:
            return JSONResponse({"error": provider.token_error}, 400)
        return JSONResponse({"id_token": provider.token(**provider.claims), "access_token": "the-access-token"})

    @app.get("/userinfo")
    async def userinfo() -> dict[str, Any]:
        return provider.userinfo

    @app.post("/par")
    async def par() -> Response:
        return JSONResponse({"request_uri": "urn:example:pushed", "expires_in": 60}, 201)

    return app


@asynccontextmanager
async def running_provider() -> AsyncIterator[Provider]:
    sock, issuer = listening()
    provider = Provider(issuer)
    async with serving(create_provider(provider), sock):
        yield provider
