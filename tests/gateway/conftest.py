"""Envoy over small echo services; a test that needs other options starts its own with `start_gateway`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.gateway import SERVICES, GatewayOptions
from shared.auth.testing import TokenMint
from tests.gateway.running import ORIGIN, Gateway, StartGateway
from tests.gateway.upstream import Echo, Servers


@pytest.fixture(scope="session")
def mint() -> TokenMint:
    return TokenMint()


@pytest.fixture(scope="session")
def echoes(mint: TokenMint) -> dict[str, Echo]:
    return {name: Echo(name, mint.jwks) for name in SERVICES}


@pytest.fixture(scope="session")
def upstreams(echoes: dict[str, Echo]) -> Iterator[dict[str, int]]:
    servers = Servers(dict(echoes))
    servers.start()
    yield servers.ports
    servers.stop()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory, mint: TokenMint, upstreams: dict[str, int]) -> Iterator[Gateway]:
    options = GatewayOptions(issuer=mint.issuer, cors_origins=(ORIGIN,))
    running = Gateway(tmp_path_factory.mktemp("gateway"), upstreams, options)
    yield running
    running.stop()


@pytest.fixture
def start_gateway(tmp_path: Path, mint: TokenMint, upstreams: dict[str, int]) -> Iterator[StartGateway]:
    """Start an Envoy with options, changed upstreams (`moved`) or other arguments of Gateway; it ends with the test."""
    running: list[Gateway] = []

    def start(moved: dict[str, int] | None = None, extra: dict[str, Any] | None = None, **options: Any) -> Gateway:
        folder = tmp_path / f"gateway{len(running)}"
        folder.mkdir()
        chosen = GatewayOptions(**{"issuer": mint.issuer, **options})
        running.append(Gateway(folder, upstreams | (moved or {}), chosen, **(extra or {})))
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def bearer(mint: TokenMint) -> dict[str, str]:
    return mint.headers(scopes=["projects:read"])
