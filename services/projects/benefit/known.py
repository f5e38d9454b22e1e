"""Checks that what a body names is there."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit.errors import UnitsUnknown
from services.projects.unit.service import UnitService


async def demand_units(session: AsyncSession, ids: Collection[UUID], pointer: str = "#/unitIds") -> None:
    """Raises UnitsUnknown with those of `ids` that the tenant's copied roster does not have."""
    if not ids:
        return
    known = {unit.id for unit in await UnitService(session).by_ids(ids)}
    if unknown := sorted(set(ids) - known):
        raise UnitsUnknown(unknown, pointer)
