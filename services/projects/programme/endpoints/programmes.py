"""Programmes and the task lists that they give out."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.programme.auth import ProgrammesRead, ProgrammesWrite
from services.projects.programme.rights import refusal_to_run
from services.projects.programme.schemas import (
    ProgrammeChange,
    ProgrammeCreate,
    ProgrammePublic,
    PublicationCreate,
    PublicationPublic,
)
from services.projects.programme.service import ProgrammeService
from services.projects.programme.view import show_programme
from services.projects.project.rights import demand
from services.projects.template.auth import may_see
from services.projects.template.errors import TemplateNotFound
from services.projects.template.published import Published
from services.projects.template.service import TemplateService
from shared.auth.principal import Principal
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("programmes")

ProgrammeId = Annotated[UUID, Path(alias="programmeId")]


async def programme_service(session: SessionDep) -> ProgrammeService:
    return ProgrammeService(session)


async def _templates(session: SessionDep) -> TemplateService:
    return TemplateService(session)


Programmes = Annotated[ProgrammeService, Depends(programme_service)]
Templates = Annotated[TemplateService, Depends(_templates)]


async def _visible(templates: TemplateService, caller: Principal, key: str, version: str) -> Published:
    found = await templates.get(key, version)
    if not may_see(caller, found.template):
        raise TemplateNotFound(key, version)
    return found


@router.get("/programmes", name="programmes_list", summary="List programmes", dependencies=[AsOf])
async def programmes_list(
    caller: ProgrammesRead, programmes: Programmes, lang: LangDep, request: Request, page: PageDep
) -> Page[ProgrammePublic]:
    """Every programme that this tenant runs, the closed ones included."""
    after = page.keys(UUID)
    rows = await programmes.list_after(after[0] if after else None, page.limit + 1)
    return make_page(
        request, page, rows, key=lambda row: [row.id], show=lambda row: show_programme(row, caller, request, lang)
    )


@router.post("/programmes", name="programmes_create", status_code=201, summary="Create a programme")
async def programmes_create(
    body: ProgrammeCreate,
    caller: ProgrammesWrite,
    programmes: Programmes,
    templates: Templates,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ProgrammePublic:
    """An empty programme, or one with the waves of a template."""
    demand(refusal_to_run(caller))
    template = None
    if body.template_key is not None and body.template_version is not None:
        template = (await _visible(templates, caller, body.template_key, body.template_version)).template
    programme = await programmes.create(body, template)
    created(response, request, f"/projects/v1/programmes/{programme.id}")
    etag(response, programme.version)
    return show_programme(programme, caller, request, lang)


@router.get("/programmes/{programmeId}", name="programmes_get", summary="Read a programme", dependencies=[AsOf])
async def programmes_get(
    programme_id: ProgrammeId,
    caller: ProgrammesRead,
    programmes: Programmes,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ProgrammePublic:
    """One programme and its rules."""
    programme = await programmes.get(programme_id)
    etag(response, programme.version)
    return show_programme(programme, caller, request, lang)


@router.patch(
    "/programmes/{programmeId}",
    name="programmes_patch",
    summary="Change a programme",
    responses=problem_responses(412, 428),
)
async def programmes_patch(
    programme_id: ProgrammeId,
    body: ProgrammeChange,
    caller: ProgrammesWrite,
    version: IfMatch,
    programmes: Programmes,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ProgrammePublic:
    """Its title, size, rules and state."""
    await programmes.get(programme_id)
    demand(refusal_to_run(caller))
    programme = await programmes.change(programme_id, version, body)
    etag(response, programme.version)
    return show_programme(programme, caller, request, lang)


@router.get(
    "/programmes/{programmeId}/publications",
    name="programme_publications_list",
    summary="List the published task lists of a programme",
    dependencies=[AsOf],
)
async def programme_publications_list(
    programme_id: ProgrammeId, caller: ProgrammesRead, programmes: Programmes, request: Request, page: PageDep
) -> Page[PublicationPublic]:
    """Every task list that was given out, the newest first."""
    await programmes.get(programme_id)
    before = page.keys(int)
    rows = await programmes.publications(programme_id, before[0] if before else None, page.limit + 1)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.number],
        show=lambda row: PublicationPublic.model_validate(row.model_dump()),
    )


@router.post(
    "/programmes/{programmeId}/publications",
    name="programme_publications_create",
    status_code=201,
    summary="Publish a task list",
)
async def programme_publications_create(
    programme_id: ProgrammeId,
    body: PublicationCreate,
    caller: ProgrammesWrite,
    programmes: Programmes,
    templates: Templates,
    request: Request,
    response: Response,
) -> PublicationPublic:
    """Give out a version of a template as the central task list; members take it over when they want to."""
    await programmes.get(programme_id)
    demand(refusal_to_run(caller))
    found = await _visible(templates, caller, body.template_key, body.template_version)
    row = await programmes.publish_list(programme_id, found)
    created(response, request, f"/projects/v1/programmes/{programme_id}/publications")
    return PublicationPublic.model_validate(row.model_dump())
