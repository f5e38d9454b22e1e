"""Keeping the copies of units in step with sync's change feed, and reading them."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.unit.models import Unit
from services.projects.unit.repository import UnitRepository
from shared.contracts.sync import Change, UnitChange
from shared.kit.db import tenant_of


class UnitService:
    """The copied units of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._units = UnitRepository(session)

    async def position(self) -> int:
        """Up to which roster version the copies are whole; 0 before the first."""
        return await self._units.position()

    async def apply(self, changes: Iterable[Change], version: int) -> int:
        """Take the units from a page of the feed and remember how far it reaches; returns how many there were."""
        units = [self._copy(change) for change in changes if isinstance(change, UnitChange)]
        await self._units.put(units)
        await self._units.advance(version)
        return len(units)

    async def by_ids(self, ids: Collection[UUID]) -> Sequence[Unit]:
        """The units with these ids that the tenant has, ended ones included."""
        return await self._units.by_ids(ids)

    async def present_ids(self) -> Sequence[UUID]:
        """Every unit that is still there."""
        return await self._units.present_ids()

    async def list_after(self, after: tuple[object, ...] | None, limit: int) -> Sequence[Unit]:
        """By name, ended ones included."""
        return await self._units.list_after(after, limit)

    async def current(self) -> Sequence[Unit]:
        """Those that are not ended, by id."""
        return await self._units.current()

    def _copy(self, change: UnitChange) -> Unit:
        return Unit(
            tenant_id=tenant_of(self._session),
            id=change.id,
            name=change.name,
            kind=change.unit_kind.value,
            code=change.code,
            parent_id=change.parent_id,
            school_forms=[form.value for form in change.school_forms],
            is_ended=change.op == "end",
            roster_version=change.version,
        )
