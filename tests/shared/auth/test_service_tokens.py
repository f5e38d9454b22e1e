"""A service fetches a token per callee and tenant, remembers it, and says plainly when identity gives none."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import pytest

from shared.auth.claims import check_claims
from shared.auth.jws import SigningKey, read_claims, read_header
from shared.auth.service_tokens import TokenSource
from shared.kit import clock
from shared.kit.problems import Unavailable

ISSUER = "https://id.startklar.test"
START = datetime(2026, 8, 17, 6, 0, tzinfo=UTC)
TENANT = UUID("01990000-0000-7000-8000-000000000001")


class TokenEndpoint(httpx.AsyncBaseTransport):
    """Answers like identity's token endpoint and keeps what it was asked."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.forms: list[dict[str, list[str]]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.forms.append(parse_qs((await request.aread()).decode()))
        return httpx.Response(self.status, json={"access_token": f"token-{len(self.forms)}", "expires_in": 300})


def source(endpoint: TokenEndpoint, key: SigningKey) -> TokenSource:
    return TokenSource(
        client_id="service-projects",
        key=key,
        issuer=ISSUER,
        token_url="http://127.0.0.1:9001/oauth2/token",
        transport=endpoint,
    )


async def test_the_assertion_is_addressed_to_the_issuer_and_never_used_twice() -> None:
    endpoint, key = TokenEndpoint(), SigningKey.generate()
    tokens = source(endpoint, key)
    await tokens.token("sync")
    await tokens.token("training")
    seen = set()
    for form in endpoint.forms:
        (assertion,) = form["client_assertion"]
        read_header(assertion, "JWT")
        claims = read_claims(assertion, key.public_key())
        check_claims(claims, issuer="service-projects", audiences=[ISSUER])
        seen.add(claims["jti"])
    assert len(seen) == 2
    assert [form["audience"] for form in endpoint.forms] == [["urn:startklar:sync"], ["urn:startklar:training"]]


async def test_a_token_is_remembered_per_callee_and_tenant_until_shortly_before_it_expires() -> None:
    endpoint = TokenEndpoint()
    tokens = source(endpoint, SigningKey.generate())
    with clock.frozen(START):
        first = await tokens.token("sync")
        assert await tokens.token("sync", TENANT) != first
        assert await tokens.headers("sync") == {"Authorization": f"Bearer {first}"}
    with clock.frozen(START + timedelta(seconds=254)):
        assert await tokens.token("sync") == first
    with clock.frozen(START + timedelta(seconds=256)):
        assert await tokens.token("sync") != first


async def test_an_identity_that_refuses_makes_the_call_unavailable_and_nothing_is_remembered() -> None:
    endpoint = TokenEndpoint(status=401)
    tokens = source(endpoint, SigningKey.generate())
    for _ in range(2):
        with pytest.raises(Unavailable):
            await tokens.token("sync")
    assert len(endpoint.forms) == 2
