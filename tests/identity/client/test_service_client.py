"""The keys of our own services are replaced while their processes work."""

from pathlib import Path

import httpx
import pytest

from services.identity.client.service_client import read_service_keys, register_service_clients
from shared.auth.jws import SigningKey
from shared.auth.service_tokens import TokenSource, service_client_id
from shared.kit.problems import Unavailable
from tests.support.services import ServiceUnderTest


async def takes(identity: ServiceUnderTest, key: SigningKey) -> bool:
    """Whether identity gives sync a token for an assertion by `key`."""
    source = TokenSource(
        client_id=service_client_id("sync"),
        key=key,
        issuer=identity.settings.issuer,
        token_url="http://service.test/oauth2/token",
        transport=httpx.ASGITransport(app=identity.app),
    )
    try:
        return bool(await source.token("projects"))
    except Unavailable:
        return False


async def test_the_former_and_the_next_key_are_taken_side_by_side(identity: ServiceUnderTest, tmp_path: Path) -> None:
    former, following = SigningKey.generate(), SigningKey.generate()

    async def register() -> tuple[bool, bool]:
        async with identity.database.transaction(None) as session:
            await register_service_clients(session, read_service_keys(tmp_path))
        return await takes(identity, former), await takes(identity, following)

    (tmp_path / "sync.pem").write_bytes(former.pem())
    assert await register() == (True, False)
    (tmp_path / "sync.other.pem").write_bytes(following.pem())
    assert await register() == (True, True)
    (tmp_path / "sync.pem").write_bytes(following.pem())
    (tmp_path / "sync.other.pem").unlink()
    assert await register() == (False, True)


def test_a_stranger_s_name_is_refused(tmp_path: Path) -> None:
    assert read_service_keys(tmp_path) == {}
    (tmp_path / "stranger.pem").write_bytes(SigningKey.generate().pem())
    assert read_service_keys(tmp_path) == {}


async def test_only_our_services_are_registered(identity: ServiceUnderTest) -> None:
    with pytest.raises(ValueError, match="is not one of our services"):
        async with identity.database.transaction(None) as session:
            await register_service_clients(session, {"stranger": [SigningKey.generate().public_jwk()]})
