"""Makes the tokens: JWT access tokens (RFC 9068) and id tokens, signed by the key of the hour."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.identity.client.models import Client
from services.identity.key.ring import KeyRing
from services.identity.membership.service import Standing
from shared.auth.principal import API_AUDIENCE, Principal
from shared.auth.roles import Population
from shared.auth.verifier import ACCESS_TOKEN_TYPE
from shared.kit import clock
from shared.kit.ids import new_id


@dataclass(frozen=True)
class PersonGrant:
    """What a person's tokens say. `acr`, `amr` and `auth_time` are those of the login, however often it was refreshed.

    `key`: thumbprint of the key that the access token is bound to (RFC 9449).
    """

    account_id: UUID
    tenant: UUID
    standing: Standing
    client_id: str
    scope: str
    acr: str
    auth_time: datetime
    session_id: UUID
    amr: tuple[str, ...] = ()
    nonce: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Exchange:
    """A person's token that a service may have for another service (RFC 8693)."""

    person: Principal
    audience: str
    scope: str

    @property
    def seconds(self) -> int:
        """How long the person's token has still to live, and so the new one."""
        return max(0, int((self.person.expires_at - clock.now()).total_seconds()))


class TokenIssuer:
    """Signs tokens in the name of `issuer`, each good for `seconds`."""

    def __init__(self, ring: KeyRing, issuer: str, seconds: int) -> None:
        self._ring = ring
        self._issuer = issuer
        self.seconds = seconds

    async def access_token(self, grant: PersonGrant) -> str:
        """A person's token for the API, in one tenant."""
        claims = {
            "aud": API_AUDIENCE,
            "sub": str(grant.account_id),
            "tenant": str(grant.tenant),
            "side": grant.standing.side.value,
            "roles": [str(role) for role in grant.standing.roles],
            "scope": grant.scope,
            "acr": grant.acr,
            "auth_time": int(grant.auth_time.timestamp()),
            "client_id": grant.client_id,
            "sid": str(grant.session_id),
        }
        more = _methods(grant.amr) | _binding(grant.key) | _group(grant.standing.population)
        more |= _person(grant.standing.person_id)
        return await self._sign(claims | more, ACCESS_TOKEN_TYPE)

    async def id_token(self, grant: PersonGrant) -> str:
        """Who logged in, for the client that asked (OpenID Connect Core 1.0 section 2); no name, see userinfo."""
        claims = {
            "aud": grant.client_id,
            "sub": str(grant.account_id),
            "tenant": str(grant.tenant),
            "acr": grant.acr,
            "auth_time": int(grant.auth_time.timestamp()),
            "sid": str(grant.session_id),
        } | _methods(grant.amr)
        if grant.nonce is not None:
            claims["nonce"] = grant.nonce
        return await self._sign(claims, "JWT")

    async def client_token(
        self, client: Client, audience: str, scope: str, tenant: UUID | None, key: str | None = None
    ) -> str:
        """A program's token: a script acts with its own roles in its tenant, a service without any."""
        claims: dict[str, Any] = {
            "aud": audience,
            "sub": str(client.id),
            "scope": scope,
            "client_id": client.client_id,
            "roles": client.roles,
        }
        if tenant is not None:
            claims["tenant"] = str(tenant)
        if client.side is not None:
            claims["side"] = client.side
        return await self._sign(claims | _binding(key), ACCESS_TOKEN_TYPE)

    async def exchanged_token(self, exchange: Exchange, client: Client) -> str:
        """The person's token at another service, with `client` as the actor (RFC 8693 section 4.1).

        It is as old as the token that it came of, and ends with it: access that was removed in between stays removed.
        """
        person = exchange.person
        claims = {
            "aud": exchange.audience,
            "sub": str(person.subject),
            "tenant": str(person.tenant),
            "side": person.side,
            "roles": [str(role) for role in person.roles],
            "scope": exchange.scope,
            "acr": person.acr,
            "auth_time": int(person.auth_time.timestamp()) if person.auth_time else None,
            "client_id": client.client_id,
            "act": {"sub": client.client_id},
            "iat": int(person.issued_at.timestamp()),
            "exp": int(person.expires_at.timestamp()),
        }
        given = {name: value for name, value in claims.items() if value is not None}
        more = _methods(person.amr) | _group(person.population) | _person(person.person)
        return await self._sign(given | more, ACCESS_TOKEN_TYPE)

    async def _sign(self, claims: dict[str, Any], typ: str) -> str:
        now = int(clock.now().timestamp())
        common = {"iss": self._issuer, "iat": now, "exp": now + self.seconds, "jti": str(new_id())}
        return (await self._ring.signer()).sign(common | claims, typ)


def _methods(amr: Collection[str]) -> dict[str, list[str]]:
    """`amr` (RFC 8176) where the provider told it; we claim no method that nobody told us of."""
    return {"amr": list(amr)} if amr else {}


def _group(population: Population | None) -> dict[str, str]:
    """Guardians and pupils are named, so that every service judges them by their own rules [AU-S]."""
    return {"population": population.value} if population is not None else {}


def _person(person_id: UUID | None) -> dict[str, str]:
    """Whom the roster knows the holder as: people act on their own seats and certificates by it."""
    return {"person": str(person_id)} if person_id is not None else {}


def _binding(key: str | None) -> dict[str, dict[str, str]]:
    return {"cnf": {"jkt": key}} if key else {}
