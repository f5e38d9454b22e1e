"""Verifies access tokens (RFC 9068) into principals."""

import hashlib
from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.auth.claims import LEEWAY, check_claims, instant_claim, text_claim
from shared.auth.dpop import confirmation_of
from shared.auth.jwks import FetchJwks, JwksCache, KeySource, fetch_over_http
from shared.auth.jws import TokenRefused, read_claims, read_header
from shared.auth.principal import API_AUDIENCE, Acr, Principal, service_audience
from shared.auth.roles import Population, RoleGrant, Side
from shared.auth.scopes import parse_scopes
from shared.kit import clock
from shared.kit.settings import ServiceSettings

ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type
CACHE_FOR = timedelta(seconds=60)
CACHE_SIZE = 10_000


class TokenVerifier:
    """Holds what a token must satisfy here; verified tokens are remembered until `exp`, at most 60 s."""

    def __init__(self, keys: KeySource, *, issuer: str, audiences: Collection[str]) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audiences = frozenset(audiences)
        self._cache: OrderedDict[bytes, tuple[datetime, Principal]] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        """The caller; raises TokenRefused, or Unavailable when the issuer's keys were never readable.

        The audience is one that this service accepts; the route's requirement decides which of them it takes.
        """
        digest = hashlib.sha256(token.encode()).digest()
        remembered = self._cache.get(digest)
        if remembered and remembered[0] > clock.now():
            return remembered[1]
        principal = await self._verify_anew(token)
        self._remember(digest, principal)
        return principal

    async def _verify_anew(self, token: str) -> Principal:
        header = read_header(token, ACCESS_TOKEN_TYPE)
        key = await self._keys.key(header["kid"])
        if key is None:
            raise TokenRefused("unknown key")
        claims = read_claims(token, key)
        audience = check_claims(claims, issuer=self._issuer, audiences=self._audiences)
        return _principal(claims, audience)

    def _remember(self, digest: bytes, principal: Principal) -> None:
        until = min(principal.expires_at + LEEWAY, clock.now() + CACHE_FOR)
        self._cache[digest] = (until, principal)
        self._cache.move_to_end(digest)
        while len(self._cache) > CACHE_SIZE:
            self._cache.popitem(last=False)


def build_verifier(settings: ServiceSettings, fetch: FetchJwks | None = None) -> TokenVerifier:
    """A service's verifier: its own audience and the API's, keys from `settings.jwks_url` unless `fetch` is given."""
    keys = JwksCache(fetch or fetch_over_http(settings.jwks_url))
    return TokenVerifier(keys, issuer=settings.issuer, audiences=(API_AUDIENCE, service_audience(settings.service)))


def _principal(claims: Mapping[str, Any], audience: str) -> Principal:
    try:
        return Principal(
            subject=UUID(text_claim(claims, "sub")),
            tenant=UUID(text_claim(claims, "tenant")) if "tenant" in claims else None,
            side=Side(text_claim(claims, "side")) if "side" in claims else None,
            roles=tuple(RoleGrant.parse(value) for value in _texts(claims, "roles")),
            scopes=parse_scopes(text_claim(claims, "scope")) if claims.get("scope") else frozenset(),
            acr=Acr(text_claim(claims, "acr")) if "acr" in claims else None,
            auth_time=instant_claim(claims, "auth_time") if "auth_time" in claims else None,
            client_id=text_claim(claims, "client_id"),
            token_id=text_claim(claims, "jti"),
            issued_at=instant_claim(claims, "iat"),
            expires_at=instant_claim(claims, "exp"),
            audience=audience,
            actor=_actor(claims),
            bound_to=confirmation_of(claims),
            amr=tuple(_texts(claims, "amr")),
            population=Population(text_claim(claims, "population")) if "population" in claims else None,
            session_id=UUID(text_claim(claims, "sid")) if "sid" in claims else None,
            person=UUID(text_claim(claims, "person")) if "person" in claims else None,
        )
    except ValueError as error:
        raise TokenRefused("a claim is outside its vocabulary") from error


def _texts(claims: Mapping[str, Any], name: str) -> list[str]:
    values = claims.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TokenRefused(f"claim {name} is not a list of texts")
    return values


def _actor(claims: Mapping[str, Any]) -> str | None:
    act = claims.get("act")
    if act is None:
        return None
    if not isinstance(act, dict):
        raise TokenRefused("claim act is not an object")
    return text_claim(act, "sub")
