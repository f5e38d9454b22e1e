"""Identity providers as logins need them, read once for each revision of their row.

Who asks has just read the revision (PostgreSQL's `xmin`, which every change renews), so a provider that was disabled
or changed is so at once, whatever is remembered here.
"""

from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from services.identity.provider.errors import ProviderNotFound
from services.identity.provider.models import IdentityProvider
from shared.kit.db import Database
from shared.kit.hot import read_model

_MOST_REMEMBERED = 1000
_FIND = (
    "SELECT p.*, p.xmin::text AS revision FROM identity_provider p WHERE p.tenant_id = tenant.id AND p.id = $2 LIMIT 1"
)


@dataclass(frozen=True)
class _Known:
    revision: str
    provider: IdentityProvider


class ProviderDirectory:
    """Finds providers. They are shared between requests: read them, never change them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[UUID, _Known] = OrderedDict()

    async def get(self, tenant: UUID, provider_id: UUID, revision: str | None) -> IdentityProvider:
        """The tenant's provider, of that revision or a later one; raises ProviderNotFound."""
        known = self._known.get(provider_id)
        if known is None or known.revision != revision or known.provider.tenant_id != tenant:
            known = await self._read(tenant, provider_id)
        return known.provider

    async def _read(self, tenant: UUID, provider_id: UUID) -> _Known:
        rows = await self._database.hot_rows(tenant, _FIND, provider_id)
        if not rows:
            self._known.pop(provider_id, None)
            raise ProviderNotFound()
        known = self._known[provider_id] = _Known(rows[0]["revision"], read_model(IdentityProvider, rows[0]))
        self._known.move_to_end(provider_id)
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return known
