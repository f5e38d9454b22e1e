"""Every query on rooms."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.room.models import Room
from shared.kit.db import tenant_of


class RoomRepository:
    """Rooms of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_id(self, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Room]:
        """Those of `ids` that exist. `lock`, in the order of ids, lets one transaction at a time book them."""
        query = select(Room).where(Room.tenant_id == tenant_of(self._session), col(Room.id).in_(ids))
        query = query.order_by(col(Room.id))
        found = (await self._session.exec(query.with_for_update(key_share=True) if lock else query)).all()
        return {room.id: room for room in found}

    async def find_name(self, name: str) -> Room | None:
        """The room with this name."""
        query = select(Room).where(Room.tenant_id == tenant_of(self._session), Room.name == name)
        return (await self._session.exec(query)).one_or_none()

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Room]:
        """Rooms, oldest first."""
        query = select(Room).where(Room.tenant_id == tenant_of(self._session))
        if after:
            query = query.where(tuple_(col(Room.id)) > after)
        return (await self._session.exec(query.order_by(col(Room.id)).limit(limit))).all()

    def add(self, room: Room) -> None:
        self._session.add(room)
