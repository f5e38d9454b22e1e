"""An installation without demo data, from the first start to its operator."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.stack.places import Places
from shared.auth.jws import SigningKey
from shared.auth.service_tokens import TokenSource
from tests.cli.stack.test_whole_stack import Installation

pytestmark = [pytest.mark.stack, pytest.mark.slow]

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


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[tuple[Installation, dict[str, Any]]]:
    """A started installation without demo data, and what `up` said."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    installation = Installation(tmp_path / "state")
    try:
        yield installation, installation("up", "--detach", "--no-demo", "--port", str(port))
    finally:
        installation("reset", "--yes")


async def test_a_bare_installation_is_bootstrapped_once_and_then_its_services_may_call_each_other(
    bare: tuple[Installation, dict[str, Any]],
) -> None:
    startklar, ready = bare
    assert ready["exit"] == 0, ready
    assert "demo-idp" not in [note["name"] for note in ready["processes"]]
    assert not startklar.places.demo.exists()
    printed = startklar("bootstrap")
    assert printed["exit"] == 0, printed
    async with httpx.AsyncClient(base_url=ready["gateway"], trust_env=False, timeout=30) as gateway:
        first = await gateway.post("/identity/v1/bootstraps", json=FOUNDED | {"code": printed["code"]})
        assert first.status_code == 201, first.text
        assert first.json()["redirectUri"].startswith(f"{ready['gateway']}/oidc/")
        again = await gateway.post("/identity/v1/bootstraps", json=FOUNDED | {"code": printed["code"]})
        assert again.status_code == 403
    assert await token_of(startklar.places, "projects", ready["gateway"])
    second = startklar("bootstrap")
    assert second["exit"] == 1
    assert "has its operator" in second["error"]


async def token_of(places: Places, service: str, gateway: str) -> str:
    """What a service gets at the token endpoint by its key in this installation."""
    source = TokenSource(
        client_id=f"service-{service}",
        key=SigningKey.from_pem((places.keys / f"{service}.pem").read_bytes()),
        issuer=gateway,
        token_url=f"{gateway}/oauth2/token",
    )
    return await source.token("sync")
