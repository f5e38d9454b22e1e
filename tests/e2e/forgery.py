"""A thief of keys: signs with identity's own private key, read from the installation under test.

Only so can a test hold a token that is genuine in all but the one thing that it is about.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from typing import Any

from cli.servers.postgres import PostgresServer
from cli.servers.provision import role_urls
from cli.stack import keys
from services.identity.key.ring import KeyRing
from services.identity.secret.sealing import Sealer
from shared.auth.jws import SigningKey
from shared.kit.db import Database
from tests.e2e.house import House


def stolen_key(house: House) -> SigningKey:
    """The key that signs access tokens now."""
    places = house.places
    admin_url = PostgresServer(places.postgres).admin_url
    url = role_urls(admin_url, "identity", secret=keys.install_secret(places))["app"]
    sealer = Sealer(base64.b64decode(keys.file_key(places, "identity")))

    async def read() -> SigningKey:
        database = Database(url)
        try:
            return await KeyRing(database, sealer, days=30).signer()
        finally:
            await database.stop()

    return asyncio.run(read())


def claims_of(token: str) -> dict[str, Any]:
    """What a token says."""
    return _part(token, 1)


def header_of(token: str) -> dict[str, Any]:
    return _part(token, 0)


def unsigned(header: Mapping[str, Any], claims: Mapping[str, Any], signature: str = "") -> str:
    """A compact JWS with any header and signature."""
    return ".".join([*(_encoded(json.dumps(part).encode()) for part in (header, claims)), signature])


def _part(token: str, place: int) -> dict[str, Any]:
    text = token.split(".")[place]
    part: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return part


def _encoded(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()
