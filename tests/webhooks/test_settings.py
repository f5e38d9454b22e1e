"""What production refuses to start with."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.webhooks.settings import Settings
from shared.kit.egress import EgressRefused

VALUES: dict[str, Any] = {
    "environment": "production",
    "database_url": "postgresql://webhooks_app@db/webhooks",
    "relay_database_url": "postgresql://webhooks_relay@db/webhooks",
    "redis_url": "redis://redis/0",
    "public_url": "https://startklar.example.org",
    "issuer": "https://startklar.example.org",
    "jwks_url": "http://identity:8000/oauth2/jwks",
    "file_key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
}


def test_production_does_not_start_with_private_targets() -> None:
    with pytest.raises(ValidationError, match="allow_private_targets"):
        Settings(**VALUES, allow_private_targets=True)


@pytest.mark.parametrize("url", ["http://hook.example.org/", "https://127.0.0.1/", "https://10.0.0.1/"])
async def test_production_calls_neither_plain_http_nor_private_networks(url: str) -> None:
    with pytest.raises(EgressRefused):
        await Settings(**VALUES).egress().check(url)


async def test_development_may_call_loopback() -> None:
    await Settings(**(VALUES | {"environment": "development"})).egress().check("http://127.0.0.1:9/")
    with pytest.raises(EgressRefused):
        settings = Settings(**(VALUES | {"environment": "development"}), allow_private_targets=False)
        await settings.egress().check("http://127.0.0.1:9/")
