"""Tenants as the protocols need them: whether one of that name is active, in one round trip."""

from uuid import UUID

from shared.kit.db import Database
from shared.kit.kit_tables import NO_TENANT

# The directory of tenants belongs to none of them; the row of none is no tenant.
_BY_ID = "SELECT t.id FROM tenant t WHERE t.id = $2 AND t.id <> tenant.id AND t.state = 'active' LIMIT 1"
_BY_SLUG = "SELECT t.id FROM tenant t WHERE t.slug = $2 AND t.id <> tenant.id AND t.state = 'active' LIMIT 1"
_MOST = 50


async def find_active_tenant(database: Database, named: str) -> UUID | None:
    """The active tenant of an id or a short name."""
    try:
        rows = await database.hot_rows(NO_TENANT, _BY_ID, UUID(named))
    except ValueError:
        rows = await database.hot_rows(NO_TENANT, _BY_SLUG, named[:_MOST])
    return rows[0]["id"] if rows else None
