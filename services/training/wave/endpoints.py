"""`/waves`."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.wave.auth import WaveRead, WaveWrite
from services.training.wave.schemas import WaveCreate, WavePublic, WaveUpdate
from services.training.wave.service import Listed, WaveService
from shared.web import IfMatch, Page, PageDep, SessionDep, created, etag, make_page, new_router

router = new_router("waves")

WaveId = Annotated[UUID, Path(alias="waveId")]


@router.post("/waves", status_code=201)
async def training_waves_create(
    caller: WaveWrite, session: SessionDep, body: WaveCreate, request: Request, response: Response
) -> WavePublic:
    """Create a wave of units that go live together."""
    listed = await WaveService(session).create(body)
    created(response, request, f"/training/v1/waves/{listed[0].id}")
    etag(response, listed[0].version)
    return _show(listed)


@router.get("/waves")
async def training_waves_list(
    caller: WaveRead, session: SessionDep, request: Request, page: PageDep
) -> Page[WavePublic]:
    """All waves, oldest first."""
    rows = await WaveService(session).list(page.limit + 1, page.keys(UUID))
    return make_page(request, page, rows, key=lambda row: [row[0].id], show=_show)


@router.get("/waves/{waveId}")
async def training_waves_get(caller: WaveRead, session: SessionDep, wave_id: WaveId, response: Response) -> WavePublic:
    """One wave with its units."""
    listed = await WaveService(session).get(wave_id)
    etag(response, listed[0].version)
    return _show(listed)


@router.patch("/waves/{waveId}")
async def training_waves_patch(
    caller: WaveWrite, session: SessionDep, wave_id: WaveId, body: WaveUpdate, version: IfMatch, response: Response
) -> WavePublic:
    """Change when a wave goes live, or which units are in it."""
    listed = await WaveService(session).change(wave_id, body, version)
    etag(response, listed[0].version)
    return _show(listed)


def _show(listed: Listed) -> WavePublic:
    wave, units = listed
    return WavePublic.model_validate(wave.model_dump() | {"unit_ids": units})
