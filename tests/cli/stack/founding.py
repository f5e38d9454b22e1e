"""An installation without demo data, from its first start to its operator."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from cli.stack.places import Places
from shared.auth.jws import SigningKey
from shared.auth.service_tokens import TokenSource

FOUNDED = {
    "name": "Drift AB",
    "slug": "drift",
    "administrator": {"loginName": "admin@drift.example", "displayName": "Kim Exempel"},
    "identityProvider": {
        "name": "Drifts inloggning",
        "issuer": "https://login.drift.example",
        "clientId": "startklar",
        "clientSecret": "a secret of the provider",
    },
}


def found(run: Callable[..., dict[str, Any]], places: Places, gateway: str) -> None:
    """It is bootstrapped once, and then its services may call each other. `run` is its command line."""
    assert not places.demo.exists()
    printed = run("bootstrap")
    assert printed["exit"] == 0, printed
    founding = FOUNDED | {"code": printed["code"]}
    with httpx.Client(base_url=gateway, trust_env=False, timeout=60) as client:
        first = client.post("/identity/v1/bootstraps", json=founding)
        assert first.status_code == 201, first.text
        assert first.json()["redirectUri"].startswith(f"{gateway}/oidc/")
        assert client.post("/identity/v1/bootstraps", json=founding).status_code == 403
    assert asyncio.run(_token_of(places, "projects", gateway))
    second = run("bootstrap")
    assert second["exit"] == 1
    assert "has its operator" in second["error"]


async def _token_of(places: Places, service: str, gateway: str) -> str:
    """What a service gets at the token endpoint by its key in this installation."""
    source = TokenSource(
        client_id=f"service-{service}",
        key=SigningKey.from_pem((places.keys / f"{service}.pem").read_bytes()),
        issuer=gateway,
        token_url=f"{gateway}/oauth2/token",
    )
    return await source.token("sync")
