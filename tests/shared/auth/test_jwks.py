"""The key cache follows rotation, keeps the last good set and cannot be turned against the issuer."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.auth.jwks import JwksCache, read_key_set
from shared.auth.jws import SigningKey
from shared.kit import clock
from shared.kit.problems import Unavailable

START = datetime(2026, 8, 17, 6, 0, tzinfo=UTC)


class Issuer:
    """Publishes `keys`, counts how often it is asked, and can be out of reach."""

    def __init__(self, *keys: SigningKey) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.is_down = False

    async def fetch(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.is_down:
            raise ConnectionRefusedError
        return {"keys": [key.public_jwk() for key in self.keys]}


async def test_an_unknown_kid_fetches_the_keys_again_so_that_rotation_is_followed() -> None:
    old, new = SigningKey.generate(), SigningKey.generate()
    issuer = Issuer(old)
    cache = JwksCache(issuer.fetch)
    with clock.frozen(START):
        assert await cache.key(old.kid)
    issuer.keys.append(new)
    with clock.frozen(START + timedelta(seconds=11)):
        assert await cache.key(new.kid)
    assert issuer.asked == 2


async def test_invented_kids_ask_the_issuer_once_in_ten_seconds() -> None:
    key = SigningKey.generate()
    issuer = Issuer(key)
    cache = JwksCache(issuer.fetch)
    with clock.frozen(START):
        for number in range(50):
            assert await cache.key(f"invented-{number}") is None
        assert await cache.key(key.kid)
    assert issuer.asked == 1


async def test_known_keys_go_on_working_while_the_issuer_is_down_and_a_removed_key_disappears_later() -> None:
    old, new = SigningKey.generate(), SigningKey.generate()
    issuer = Issuer(old, new)
    cache = JwksCache(issuer.fetch)
    with clock.frozen(START):
        assert await cache.key(old.kid)
    issuer.is_down = True
    with clock.frozen(START + timedelta(hours=1)):
        assert await cache.key(old.kid)
    issuer.is_down = False
    issuer.keys.remove(old)
    with clock.frozen(START + timedelta(hours=1, seconds=11)):
        assert await cache.key(old.kid) is None
        assert await cache.key(new.kid)


async def test_without_any_key_set_the_service_is_unavailable_rather_than_the_token_wrong() -> None:
    issuer = Issuer(SigningKey.generate())
    issuer.is_down = True
    with pytest.raises(Unavailable):
        await JwksCache(issuer.fetch).key("any")


@pytest.mark.parametrize("document", [{}, {"keys": {}}, {"keys": []}, {"keys": [7, {"kty": "RSA", "kid": "r"}]}])
def test_a_key_set_without_a_usable_key_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"JWK Set"):
        read_key_set(document)


def test_private_symmetric_and_misused_keys_are_left_out_of_a_key_set() -> None:
    good = SigningKey.generate().public_jwk()
    bad = [
        {**good, "kid": "private", "d": good["x"]},
        {**good, "kid": "encryption", "use": "enc"},
        {**good, "kid": "other-alg", "alg": "ES384"},
        {**good, "kid": "off-curve", "x": good["y"]},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "symmetric"},
        {name: value for name, value in good.items() if name != "kid"},
    ]
    assert list(read_key_set({"keys": [*bad, good]})) == [good["kid"]]
