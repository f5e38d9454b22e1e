"""Rooms: created, changed, listed, and locked while they are booked."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.room.errors import RoomNameTaken
from services.training.room.models import Room
from services.training.room.repository import RoomRepository
from services.training.room.schemas import RoomCreate, RoomUpdate
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import NotFound
from shared.kit.text import Text
from shared.web.preconditions import check_version


class RoomService:
    """One transaction's work on rooms."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rooms = RoomRepository(session)

    async def create(self, given: RoomCreate) -> Room:
        """A room; RoomNameTaken when there is one of that name."""
        known = await self._rooms.find_name(given.name)
        if known is not None:
            raise RoomNameTaken(roomId=str(known.id))
        room = Room(tenant_id=tenant_of(self._session), **given.model_dump())
        self._rooms.add(room)
        await record(self._session, "room.create", "room", room.id, after={"name": room.name, "seats": room.seats})
        return room

    async def change(self, room_id: UUID, given: RoomUpdate, version: int) -> Room:
        """Apply the given fields to the version that the caller saw."""
        room = (await self._rooms.by_id([room_id], lock=True)).get(room_id) or _missing()
        check_version(version, room.version)
        before = {"address": room.address, "seats": room.seats}
        for name, value in given.model_dump(exclude_unset=True).items():
            setattr(room, name, "" if name == "address" and value is None else value)
        room.touch()
        after = {"address": room.address, "seats": room.seats}
        await record(self._session, "room.change", "room", room.id, before=before, after=after)
        return room

    async def get(self, room_id: UUID) -> Room:
        """The room, or NotFound."""
        return (await self._rooms.by_id([room_id])).get(room_id) or _missing()

    async def known(self, ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of `ids` that are rooms."""
        return frozenset(await self._rooms.by_id(ids))

    async def lock(self, ids: Sequence[UUID]) -> dict[UUID, Room]:
        """Those of `ids` that exist, held until the transaction ends: nobody else books them meanwhile."""
        return await self._rooms.by_id(ids, lock=True)

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Room]:
        """Rooms, oldest first."""
        return await self._rooms.list(limit, after)


def _missing() -> Room:
    raise NotFound(Text(sv="Salen finns inte", en="There is no such room", da="Lokalet findes ikke"))
