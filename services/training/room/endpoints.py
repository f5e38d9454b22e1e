"""`/rooms`."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.room.auth import RoomRead, RoomWrite
from services.training.room.schemas import RoomCreate, RoomPublic, RoomUpdate
from services.training.room.service import RoomService
from shared.web import IfMatch, Page, PageDep, SessionDep, created, etag, make_page, new_router

router = new_router("rooms")

RoomId = Annotated[UUID, Path(alias="roomId")]


@router.post("/rooms", status_code=201)
async def rooms_create(
    caller: RoomWrite, session: SessionDep, body: RoomCreate, request: Request, response: Response
) -> RoomPublic:
    """Create a room; two sessions cannot meet in it at once."""
    room = await RoomService(session).create(body)
    created(response, request, f"/training/v1/rooms/{room.id}")
    etag(response, room.version)
    return RoomPublic.model_validate(room)


@router.get("/rooms")
async def rooms_list(caller: RoomRead, session: SessionDep, request: Request, page: PageDep) -> Page[RoomPublic]:
    """All rooms, oldest first."""
    rows = await RoomService(session).list(page.limit + 1, page.keys(UUID))
    return make_page(request, page, rows, key=lambda row: [row.id], show=RoomPublic.model_validate)


@router.get("/rooms/{roomId}")
async def rooms_get(caller: RoomRead, session: SessionDep, room_id: RoomId, response: Response) -> RoomPublic:
    """One room."""
    room = await RoomService(session).get(room_id)
    etag(response, room.version)
    return RoomPublic.model_validate(room)


@router.patch("/rooms/{roomId}")
async def rooms_patch(
    caller: RoomWrite, session: SessionDep, room_id: RoomId, body: RoomUpdate, version: IfMatch, response: Response
) -> RoomPublic:
    """Change a room."""
    room = await RoomService(session).change(room_id, body, version)
    etag(response, room.version)
    return RoomPublic.model_validate(room)
