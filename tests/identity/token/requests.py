"""Requests at the token endpoint, as clients of each kind make them."""

import base64
from typing import Any

import httpx

from shared.auth.jws import SigningKey
from shared.auth.service_tokens import ASSERTION_TYPE, TokenSource
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.world import SCOPE, World

OFFLINE = f"{SCOPE} offline_access"


async def post(world: World, path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> httpx.Response:
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        return await client.post(path, data=form, headers=headers)


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def token_source(world: World, service: str, key: SigningKey | None = None) -> TokenSource:
    return TokenSource(
        client_id=f"service-{service}",
        key=key or world.service_key(service),
        issuer=world.issuer,
        token_url=f"{world.issuer}/oauth2/token",
    )


def assertion_form(world: World, key: SigningKey | None = None, typ: str = "JWT", **claims: Any) -> dict[str, str]:
    """A client_credentials request of projects with an assertion of the test's making."""
    now = int(clock.now().timestamp())
    body = {
        "iss": "service-projects",
        "sub": "service-projects",
        "aud": world.issuer,
        "jti": str(new_id()),
        "iat": now,
        "exp": now + 60,
    } | claims
    signer = key or world.service_key("projects")
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signer.sign({k: v for k, v in body.items() if v is not None}, typ),
        "audience": "urn:startklar:identity",
    }
