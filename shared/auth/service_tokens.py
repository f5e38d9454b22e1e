"""A service's own access tokens for the internal routes of the others (RFC 6749 section 4.4, RFC 7523)."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from shared.auth.jws import SigningKey
from shared.auth.principal import service_audience
from shared.kit import clock
from shared.kit.ids import new_id
from shared.kit.problems import Unavailable
from shared.kit.settings import ServiceSettings
from shared.kit.tracing_http import TracedTransport

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFETIME = timedelta(seconds=60)
# A token is fetched anew this long before it expires, so that a call that waits does not arrive with a dead one.
MARGIN = timedelta(seconds=45)

_Key = tuple[str, UUID | None]


def service_client_id(service: str) -> str:
    """The client id under which `service` is registered at identity."""
    return f"service-{service}"


class TokenSource:
    """Fetches and remembers one token per callee and tenant. Safe to share between tasks of one event loop."""

    def __init__(
        self,
        *,
        client_id: str,
        key: SigningKey,
        issuer: str,
        token_url: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._client_id = client_id
        self._key = key
        self._issuer = issuer
        self._token_url = token_url
        self._transport = transport
        self._tokens: dict[_Key, tuple[datetime, str]] = {}
        self._locks: defaultdict[_Key, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def token(self, service: str, tenant: UUID | None = None) -> str:
        """A token for `service`'s internal routes, bound to `tenant` if given. Unavailable when identity gives none."""
        wanted = (service, tenant)
        async with self._locks[wanted]:
            known = self._tokens.get(wanted)
            if known is None or known[0] <= clock.now():
                known = self._tokens[wanted] = await self._fetch(service, tenant)
            return known[1]

    async def headers(self, service: str, tenant: UUID | None = None) -> dict[str, str]:
        """The Authorization header for a call to `service`."""
        return {"Authorization": f"Bearer {await self.token(service, tenant)}"}

    async def _fetch(self, service: str, tenant: UUID | None) -> tuple[datetime, str]:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(),
            "audience": service_audience(service),
        }
        if tenant is not None:
            form["tenant"] = str(tenant)
        asked_at = clock.now()
        try:
            async with httpx.AsyncClient(transport=TracedTransport(self._transport), timeout=5.0) as client:
                response = await client.post(self._token_url, data=form)
            response.raise_for_status()
            body = response.json()
            return asked_at + timedelta(seconds=int(body["expires_in"])) - MARGIN, str(body["access_token"])
        except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
            raise Unavailable("identity gives no service token", headers={"Retry-After": "5"}) from error

    def _assertion(self) -> str:
        now = int(clock.now().timestamp())
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._issuer,
            "jti": str(new_id()),
            "iat": now,
            "exp": now + int(ASSERTION_LIFETIME.total_seconds()),
        }
        return self._key.sign(claims, "JWT")


def signer_of(key_file: Path | None) -> Callable[[Mapping[str, Any], str], str] | None:
    """What signs claims as a JWS of a `typ` with the service's own key; identity knows its public half."""
    return SigningKey.from_pem(key_file.read_bytes()).sign if key_file else None


def build_token_source(settings: ServiceSettings, transport: httpx.AsyncBaseTransport | None = None) -> TokenSource:
    """The token source of a service, from its key file and identity's internal URL."""
    if settings.client_key_file is None:
        raise ValueError("client_key_file is needed to call other services")
    return TokenSource(
        client_id=service_client_id(settings.service),
        key=SigningKey.from_pem(settings.client_key_file.read_bytes()),
        issuer=settings.issuer,
        token_url=f"{settings.service_urls['identity'].rstrip('/')}/oauth2/token",
        transport=transport,
    )
