"""Units: those that registers deliver, and those kept by hand."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.applying import lock_head
from services.sync.plan.manual import SOURCE, change_by_hand
from services.sync.roster.models import Unit, UnitFields
from services.sync.unit.errors import OwnedByRegister, ParentUnknown, UnitAbove
from services.sync.unit.repository import UnitRepository
from shared.kit.ids import new_id


class UnitService:
    """Units of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._units = UnitRepository(session)

    async def get(self, unit_id: UUID) -> Unit:
        return await self._units.get(unit_id)

    async def list_after(self, after: tuple[str, UUID] | None, limit: int, *, ended: bool) -> Sequence[Unit]:
        return await self._units.list_after(after, limit, ended=ended)

    async def locked(self, unit_id: UUID) -> Unit:
        """The unit as it is now, with the roster held still: the head is always locked before a row."""
        await lock_head(self._session)
        return await self._units.get(unit_id, lock=True)

    async def create(self, values: dict[str, Any]) -> Unit:
        """Raises ParentUnknown."""
        unit_id = new_id()
        await self._check_parent(unit_id, values["parent_id"])
        await change_by_hand(self._session, "unit", "create", unit_id, {"source_id": str(unit_id), **values})
        return await self._units.get(unit_id)

    async def change(self, unit: Unit, changes: dict[str, Any]) -> Unit:
        """Raises OwnedByRegister, ParentUnknown, UnitAbove."""
        if problem := problem_with_changing(unit):
            raise problem
        await self._check_parent(unit.id, changes.get("parent_id"))
        before = unit.model_dump(include=set(UnitFields.model_fields), mode="json")
        values = unit.model_dump(include=set(UnitFields.model_fields)) | changes
        await change_by_hand(self._session, "unit", "change", unit.id, values, before)
        return await self._units.get(unit.id, lock=True)

    async def _check_parent(self, unit_id: UUID, parent_id: UUID | None) -> None:
        if parent_id is None:
            return
        if await self._units.find(parent_id) is None:
            raise ParentUnknown()
        if unit_id in await self._units.above(parent_id):
            raise UnitAbove()


def problem_with_changing(unit: Unit) -> OwnedByRegister | None:
    """What about the unit keeps everybody from changing it here; None where nothing does."""
    return OwnedByRegister(source=unit.source) if unit.source != SOURCE else None
