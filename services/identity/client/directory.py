"""The registered clients as the protocols need them: found in one round trip, parsed once.

What was made of a row is remembered, but never believed: each request reads the row's state and revision (PostgreSQL's
`xmin`, which every change renews), so a client that was disabled or changed is so at once.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.identity.client.key_set import ClientKeySets
from services.identity.client.models import Client
from services.identity.client.naming import tenant_of_client
from services.identity.tenant.directory import active_tenant
from shared.auth.jws import PublicKey, TokenRefused
from shared.kit.db import Database
from shared.kit.hot import read_model

_MOST_REMEMBERED = 10_000
_MAX_ID = 200
_FIND = "SELECT c.*, c.xmin::text AS revision FROM client c WHERE c.tenant_id = tenant.id AND c.client_id = $2 LIMIT 1"
_FIND_FOR = (
    "SELECT c.*, c.xmin::text AS revision, ({tenant}) AS for_tenant"
    " FROM client c WHERE c.tenant_id = tenant.id AND c.client_id = $3 LIMIT 1"
)
_REVISION = (
    "SELECT c.xmin::text AS revision, EXISTS (SELECT FROM used) AS is_first"
    " FROM client c WHERE c.tenant_id = tenant.id AND c.client_id = $2 LIMIT 1"
)
_USE = (
    "used AS (INSERT INTO used_assertion (tenant_id, digest, expires_at)"
    " SELECT tenant.id, $3, $4 FROM tenant ON CONFLICT DO NOTHING RETURNING digest)"
)


@dataclass(frozen=True)
class Known:
    """A client as one revision of its row has it. Shared between requests: read it, never change it."""

    revision: str
    client: Client
    keys: dict[str, PublicKey] = field(default_factory=dict)


class ClientDirectory:
    """Finds clients and uses up their assertions."""

    def __init__(self, database: Database, key_sets: ClientKeySets | None) -> None:
        self._database = database
        self._key_sets = key_sets
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def find(self, client_id: str | None) -> Client | None:
        """The active client of that id, not authenticated."""
        known = await self._find(client_id)
        return known.client if known else None

    async def find_for(self, client_id: str | None, named: str | None) -> tuple[Client | None, UUID | None]:
        """The same with the active tenant of an id or short name, both in one round trip."""
        if client_id is None or len(client_id) > _MAX_ID or named is None:
            return await self.find(client_id), None
        query, value = active_tenant(named)
        statement = _FIND_FOR.format(tenant=query)
        rows = await self._database.hot_rows(tenant_of_client(client_id), statement, value, client_id)
        known = self._known_of(client_id, rows)
        return (known.client, rows[0]["for_tenant"]) if known else (None, None)

    async def key(self, client_id: str, kid: str) -> tuple[Known, PublicKey]:
        """A client, perhaps as it was a moment ago (`use_assertion` tells), and its key; raises TokenRefused."""
        known = self._known.get(client_id) or await self._find(client_id)
        key = await self._key_of(known, kid) if known else None
        if known is None or key is None:
            # What is remembered may be old, so the row has the last word before anybody is refused.
            known = await self._find(client_id)
            key = await self._key_of(known, kid) if known else None
        if known is None or key is None:
            raise TokenRefused("the client is unknown or has no such key")
        return known, key

    async def use_assertion(self, known: Known, digest: bytes, expires_at: datetime) -> bool | None:
        """Use an assertion up: whether this was its first use, None when the client has changed since it was read.

        The database decides in one statement, so that two processes cannot both say yes.
        """
        client_id = known.client.client_id
        rows = await self._database.hot_change(
            tenant_of_client(client_id), _USE, _REVISION, client_id, digest, expires_at
        )
        if rows and not rows[0]["is_first"]:
            return False
        return True if rows and rows[0]["revision"] == known.revision else None

    async def _find(self, client_id: str | None) -> Known | None:
        if client_id is None or len(client_id) > _MAX_ID:
            return None
        return self._known_of(client_id, await self._database.hot_rows(tenant_of_client(client_id), _FIND, client_id))

    def _known_of(self, client_id: str, rows: Sequence[Mapping[str, Any]]) -> Known | None:
        if not rows or rows[0]["state"] != "active":
            self._known.pop(client_id, None)
            return None
        known = self._known.get(client_id)
        if known is None or known.revision != rows[0]["revision"]:
            known = self._known[client_id] = Known(rows[0]["revision"], read_model(Client, rows[0]))
        self._known.move_to_end(client_id)
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return known

    async def _key_of(self, known: Known, kid: str) -> PublicKey | None:
        if known.client.jwks_uri is not None:
            return await self._key_sets.key(known.client.jwks_uri, kid) if self._key_sets else None
        if kid not in known.keys:
            jwk = next((jwk for jwk in known.client.public_keys if jwk.get("kid") == kid), None)
            if jwk is None:
                return None
            known.keys[kid] = PublicKey.from_jwk(jwk)
        return known.keys[kid]
