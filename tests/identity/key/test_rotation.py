"""A rotation in the middle of everything: what was signed before goes on, and the next token has the next key."""

from datetime import timedelta

import httpx

from services.identity.key.ring import CACHE_FOR, KeyRing
from services.identity.key.service import PUBLISHED_AFTER, KeyService
from services.identity.secret.sealing import Sealer
from shared.auth.jwks import JwksCache
from shared.auth.principal import API_AUDIENCE
from shared.auth.verifier import TokenVerifier
from shared.kit import clock
from tests.identity.world import World, claims_of


async def test_a_rotation_between_two_requests_breaks_neither_old_tokens_nor_new_ones(world: World) -> None:
    tokens = await world.log_in("rektor")
    sealer = Sealer(world.settings.file_key_bytes())
    ring = KeyRing(world.database, sealer, days=30)
    fetched = []

    async def fetch() -> dict[str, object]:
        fetched.append(clock.now())
        return await ring.jwks()

    verifier = TokenVerifier(JwksCache(fetch), issuer=world.issuer, audiences=[API_AUDIENCE])
    old = await verifier.verify(tokens["access_token"])
    former = await ring.signer()
    async with world.database.transaction(None) as session:
        due = max(row.signs_from for row in await KeyService(session, sealer).published())
    claims = claims_of(tokens["access_token"])
    with clock.frozen(due + timedelta(seconds=1)):
        async with world.database.transaction(None) as session:
            assert await KeyService(session, sealer).rotate(30)
        successor = await ring.signer()
        assert successor.kid != former.kid
        now = int(clock.now().timestamp())
        fresh = successor.sign(claims | {"iat": now, "exp": now + 300, "jti": "fresh"}, "at+jwt")
        late = former.sign(claims | {"iat": now - 1, "exp": now + 299, "jti": "late"}, "at+jwt")
        assert (await verifier.verify(fresh)).subject == (await verifier.verify(late)).subject == old.subject
        # The successor was published long before it signed, so nobody had to fetch because of an unknown key.
        assert len(fetched) == 2
    assert CACHE_FOR < PUBLISHED_AFTER
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        published = {key["kid"] for key in (await client.get("/oauth2/jwks")).json()["keys"]}
    assert {former.kid, successor.kid} <= published
