"""The waves of programmes: reading and changing them, and their steps."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.projects.programme.auth import ProgrammesRead, ProgrammesWrite
from services.projects.programme.endpoints.programmes import ProgrammeId, Programmes
from services.projects.programme.rights import refusal_to_run
from services.projects.programme.schemas import WaveChange, WaveCreate, WavePublic
from services.projects.programme.view import show_wave
from services.projects.programme.vocabulary import WaveStep
from services.projects.project.rights import demand
from shared.auth.principal import Principal
from shared.kit.text import Lang
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("waves")

WaveId = Annotated[UUID, Path(alias="waveId")]


@router.get(
    "/programmes/{programmeId}/waves", name="waves_list", summary="List the waves of a programme", dependencies=[AsOf]
)
async def waves_list(
    programme_id: ProgrammeId,
    caller: ProgrammesRead,
    programmes: Programmes,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[WavePublic]:
    """The waves in their order."""
    await programmes.get(programme_id)
    after = page.keys(int)
    rows = await programmes.waves(programme_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request, page, rows, key=lambda row: [row.position], show=lambda row: show_wave(row, caller, request, lang)
    )


@router.post("/programmes/{programmeId}/waves", name="waves_create", status_code=201, summary="Add a wave")
async def waves_create(
    programme_id: ProgrammeId,
    body: WaveCreate,
    caller: ProgrammesWrite,
    programmes: Programmes,
    lang: LangDep,
    request: Request,
    response: Response,
) -> WavePublic:
    """A wave after those that are there."""
    await programmes.get(programme_id)
    demand(refusal_to_run(caller))
    wave = await programmes.add_wave(programme_id, body)
    created(response, request, f"/projects/v1/waves/{wave.id}")
    etag(response, wave.version)
    return show_wave(wave, caller, request, lang)


@router.get("/waves/{waveId}", name="waves_get", summary="Read a wave", dependencies=[AsOf])
async def waves_get(
    wave_id: WaveId, caller: ProgrammesRead, programmes: Programmes, lang: LangDep, request: Request, response: Response
) -> WavePublic:
    """One wave."""
    wave = await programmes.wave(wave_id)
    etag(response, wave.version)
    return show_wave(wave, caller, request, lang)


@router.patch("/waves/{waveId}", name="waves_patch", summary="Change a wave", responses=problem_responses(412, 428))
async def waves_patch(
    wave_id: WaveId,
    body: WaveChange,
    caller: ProgrammesWrite,
    version: IfMatch,
    programmes: Programmes,
    lang: LangDep,
    request: Request,
    response: Response,
) -> WavePublic:
    """Its title, windows and size."""
    await programmes.wave(wave_id)
    demand(refusal_to_run(caller))
    wave = await programmes.change_wave(wave_id, version, body)
    etag(response, wave.version)
    return show_wave(wave, caller, request, lang)


@router.post("/waves/{waveId}/starts", name="wave_starts_create", summary="Start a wave")
async def wave_starts_create(
    wave_id: WaveId, caller: ProgrammesWrite, programmes: Programmes, lang: LangDep, request: Request
) -> WavePublic:
    """Members may enter from now on."""
    return await _step(wave_id, WaveStep.start, caller, programmes, lang, request)


@router.post("/waves/{waveId}/pauses", name="wave_pauses_create", summary="Pause a wave")
async def wave_pauses_create(
    wave_id: WaveId, caller: ProgrammesWrite, programmes: Programmes, lang: LangDep, request: Request
) -> WavePublic:
    """Nobody enters while it is paused."""
    return await _step(wave_id, WaveStep.pause, caller, programmes, lang, request)


@router.post("/waves/{waveId}/resumes", name="wave_resumes_create", summary="Resume a wave")
async def wave_resumes_create(
    wave_id: WaveId, caller: ProgrammesWrite, programmes: Programmes, lang: LangDep, request: Request
) -> WavePublic:
    """The wave goes on."""
    return await _step(wave_id, WaveStep.resume, caller, programmes, lang, request)


@router.post("/waves/{waveId}/completions", name="wave_completions_create", summary="Complete a wave")
async def wave_completions_create(
    wave_id: WaveId, caller: ProgrammesWrite, programmes: Programmes, lang: LangDep, request: Request
) -> WavePublic:
    """The wave is done for good."""
    return await _step(wave_id, WaveStep.complete, caller, programmes, lang, request)


async def _step(
    wave_id: UUID, step: WaveStep, caller: Principal, programmes: Programmes, lang: Lang, request: Request
) -> WavePublic:
    await programmes.wave(wave_id)
    demand(refusal_to_run(caller))
    return show_wave(await programmes.step(wave_id, step), caller, request, lang)
