"""Tenants as the protocols need them: whether one of that name is active, in one round trip or in somebody else's."""

from uuid import UUID

from shared.kit.db import Database
from shared.kit.kit_tables import NO_TENANT

# The directory of tenants belongs to none of them; the row of none is no tenant.
_ACTIVE = (
    f"SELECT t.id FROM public.tenant t WHERE t.{{by}} = $2 AND t.id <> '{NO_TENANT}' AND t.state = 'active' LIMIT 1"
)
_MOST = 50


def active_tenant(named: str) -> tuple[str, UUID | str]:
    """A query for the active tenant of an id or a short name, and its $2. It may stand in any tenant's statement."""
    try:
        return _ACTIVE.format(by="id"), UUID(named)
    except ValueError:
        return _ACTIVE.format(by="slug"), named[:_MOST]


async def find_active_tenant(database: Database, named: str) -> UUID | None:
    """The active tenant of an id or a short name."""
    query, value = active_tenant(named)
    rows = await database.hot_rows(NO_TENANT, query, value)
    return rows[0]["id"] if rows else None
