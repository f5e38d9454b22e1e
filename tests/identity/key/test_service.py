"""Signing keys: two are published, the successor takes over by the clock, and what it replaced disappears later."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from services.identity.key.ring import KeyRing
from services.identity.key.service import KeyService
from services.identity.secret.sealing import SealBroken, Sealer
from shared.auth.jws import read_claims, read_header
from shared.kit import clock
from shared.kit.db import Database
from tests.support.services import ServiceUnderTest

START = datetime(2026, 8, 17, 6, 0, tzinfo=UTC)
SEALER = Sealer(bytes(range(32)))


async def rotate(database: Database, at: datetime) -> bool:
    with clock.frozen(at):
        async with database.transaction(None) as session:
            return await KeyService(session, SEALER).rotate(30)


async def published(database: Database, at: datetime) -> list[str]:
    with clock.frozen(at):
        return [key["kid"] for key in (await KeyRing(database, SEALER, days=30).jwks())["keys"]]


async def signer(database: Database, at: datetime) -> str:
    with clock.frozen(at):
        return (await KeyRing(database, SEALER, days=30).signer()).kid


async def test_the_first_process_makes_two_keys_and_one_of_them_signs(identity: ServiceUnderTest) -> None:
    first, second = await published(identity.database, START)
    assert await signer(identity.database, START) == first != second
    assert await published(identity.database, START + timedelta(minutes=1)) == [first, second]


async def test_the_successor_takes_over_without_anybody_doing_anything(identity: ServiceUnderTest) -> None:
    _, second = await published(identity.database, START)
    assert await signer(identity.database, START + timedelta(days=31)) == second


async def test_rotating_publishes_the_next_key_long_before_it_signs(identity: ServiceUnderTest) -> None:
    first, second = await published(identity.database, START)
    takeover = START + timedelta(days=30)
    assert await rotate(identity.database, START + timedelta(days=29)) is False
    assert await rotate(identity.database, takeover) is True
    assert await rotate(identity.database, takeover) is False
    kids = await published(identity.database, takeover)
    assert kids[:2] == [first, second]
    assert len(kids) == 3
    assert await signer(identity.database, takeover) == second
    assert await published(identity.database, takeover + timedelta(hours=2)) == kids[1:]


async def test_an_old_key_is_destroyed_when_nobody_verifies_with_it_any_more(identity: ServiceUnderTest) -> None:
    first, _ = await published(identity.database, START)
    await rotate(identity.database, START + timedelta(days=30))
    await rotate(identity.database, START + timedelta(days=61))
    async with identity.database.transaction(None) as session:
        kids = list((await session.execute(text("SELECT kid FROM signing_key"))).scalars())
    assert first not in kids


async def test_a_private_key_is_stored_sealed_to_its_row(identity: ServiceUnderTest) -> None:
    await published(identity.database, START)
    async with identity.database.transaction(None) as session:
        stored = (await session.execute(text("SELECT kid, private_sealed FROM signing_key ORDER BY kid"))).all()
    (kid, sealed), (other, _) = stored
    assert b"PRIVATE KEY" not in sealed
    assert b"PRIVATE KEY" in SEALER.open(sealed, f"signing_key/{kid}")
    for wrong in (Sealer(bytes(32)), SEALER):
        place = f"signing_key/{other if wrong is SEALER else kid}"
        with pytest.raises(SealBroken):
            wrong.open(sealed, place)


async def test_what_the_ring_signs_its_published_keys_verify(identity: ServiceUnderTest) -> None:
    ring = KeyRing(identity.database, SEALER, days=30)
    token = (await ring.signer()).sign({"sub": "x"}, "JWT")
    key = await ring.key(read_header(token, "JWT")["kid"])
    assert key is not None
    assert read_claims(token, key) == {"sub": "x"}
    assert await ring.key("unknown") is None
