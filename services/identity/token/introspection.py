"""What is known of a token (RFC 7662), for those who may know it."""

from typing import Any

from services.identity.client.models import Client
from services.identity.token.service import Lifetimes, TokenService
from shared.auth.cutoffs import AccessCutoffs
from shared.auth.jws import TokenRefused
from shared.auth.verifier import TokenVerifier
from shared.kit.db import Database
from shared.kit.handle import Handle
from shared.kit.problems import Unavailable

INACTIVE: dict[str, Any] = {"active": False}


class Introspection:
    """A script learns of its own tokens only, a service of every token; nobody learns why a token is not active."""

    def __init__(
        self, database: Database, issuer: str, verifier: TokenVerifier, cutoffs: AccessCutoffs, lifetimes: Lifetimes
    ) -> None:
        self._database = database
        self._issuer = issuer
        self._verifier = verifier
        self._cutoffs = cutoffs
        self._lifetimes = lifetimes

    async def describe(self, token: str, client: Client) -> dict[str, Any]:
        """The members of RFC 7662 section 2.2, or only `active: false`."""
        handle = Handle.parse(token)
        found = await self._refresh_token(handle) if handle else await self._access_token(token)
        is_allowed = client.kind == "service" or found.get("client_id") == client.client_id
        return found if is_allowed else INACTIVE

    async def _access_token(self, token: str) -> dict[str, Any]:
        try:
            principal = await self._verifier.verify(token)
        except (TokenRefused, Unavailable):
            return INACTIVE
        if await self._cutoffs.refuses(principal):
            return INACTIVE
        found: dict[str, Any] = {
            "active": True,
            "iss": self._issuer,
            "token_type": "DPoP" if principal.bound_to else "Bearer",
            "sub": str(principal.subject),
            "aud": principal.audience,
            "client_id": principal.client_id,
            "scope": " ".join(sorted(principal.scopes)),
            "iat": int(principal.issued_at.timestamp()),
            "exp": int(principal.expires_at.timestamp()),
            "jti": principal.token_id,
        }
        if principal.tenant is not None:
            found["tenant"] = str(principal.tenant)
        if principal.acr is not None and principal.auth_time is not None:
            found |= {"acr": principal.acr.value, "auth_time": int(principal.auth_time.timestamp())}
        more = {
            "amr": list(principal.amr),
            "cnf": {"jkt": principal.bound_to} if principal.bound_to else None,
            "act": {"sub": principal.actor} if principal.actor else None,
        }
        return found | {name: value for name, value in more.items() if value}

    async def _refresh_token(self, handle: Handle) -> dict[str, Any]:
        async with self._database.transaction(handle.tenant) as session:
            active = await TokenService(session, self._lifetimes).find_active(handle)
        if active is None:
            return INACTIVE
        row, family = active
        return {
            "active": True,
            "iss": self._issuer,
            "token_type": "refresh_token",
            "sub": str(family.account_id),
            "client_id": family.client_id,
            "scope": family.scope,
            "tenant": str(family.tenant_id),
            "iat": int(row.created_at.timestamp()),
            "exp": int(row.expires_at.timestamp()),
        }
