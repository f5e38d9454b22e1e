"""Sources: declare, list, read, change, deactivate; and the profiles that come with the service."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.sync.source.auth import SourcesConfirm, SourcesRead, SourcesWrite
from services.sync.source.dependencies import Sources, usable_addresses
from services.sync.source.profiles import profiles
from services.sync.source.schemas import SourceCreate, SourcePatch, SourceProfiles, SourcePublic
from services.sync.source.service import Declaration
from services.sync.source.showing import show_profile, show_source
from shared.web import IfMatch, LangDep, Page, PageDep, check_version, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("sources")

SourceId = Annotated[UUID, Path(alias="sourceId")]


@router.get("/source-profiles", summary="List the shipped profiles")
async def source_profiles_list(_: SourcesRead, lang: LangDep) -> SourceProfiles:
    """Ways of reading that come with the service. Those that are not verified follow descriptions of the system's
    exports: compare them with your own before the first run."""
    return SourceProfiles(items=[show_profile(profile, lang) for profile in profiles()])


@router.post("/sources", status_code=201, summary="Declare a source")
async def sources_create(
    body: SourceCreate, caller: SourcesWrite, sources: Sources, request: Request, response: Response, lang: LangDep
) -> SourcePublic:
    """Say where deliveries come from, how they are read and when they are fetched. Nothing is fetched yet."""
    await usable_addresses(request, body.connector)
    said = {name: getattr(body, name) for name in type(body).model_fields}
    source = await sources.create(Declaration(**said), caller)
    created(response, request, f"/sync/v1/sources/{source.id}")
    etag(response, source.version)
    return show_source(source, sources, caller, request, lang)


@router.get("/sources", summary="List sources")
async def sources_list(
    caller: SourcesRead, sources: Sources, request: Request, page: PageDep, lang: LangDep
) -> Page[SourcePublic]:
    """The tenant's sources in order of creation, deactivated ones included."""
    keys = page.keys(UUID)
    rows = await sources.list_after(keys[0] if keys else None, page.limit + 1)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: (row.id,),
        show=lambda row: show_source(row, sources, caller, request, lang),
    )


@router.get("/sources/{sourceId}", summary="Read a source")
async def sources_get(
    source_id: SourceId, caller: SourcesRead, sources: Sources, request: Request, response: Response, lang: LangDep
) -> SourcePublic:
    """How it is reached and read, when it is fetched next, and how the last fetch went."""
    source = await sources.get(source_id)
    etag(response, source.version)
    return show_source(source, sources, caller, request, lang)


@router.patch("/sources/{sourceId}", summary="Change a source")
async def sources_patch(
    source_id: SourceId,
    body: SourcePatch,
    caller: SourcesWrite,
    sources: Sources,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> SourcePublic:
    """Change how a source is reached, read or scheduled, or activate it again. Key, role and kind stay.

    Another address, account or secret waits until a second person of the customer confirms it.
    """
    if body.connector is not None:
        await usable_addresses(request, body.connector)
    source = await sources.get(source_id, lock=True)
    check_version(version, source.version)
    source = await sources.change(source, {name: getattr(body, name) for name in body.model_fields_set}, caller)
    etag(response, source.version)
    return show_source(source, sources, caller, request, lang)


@router.post(
    "/sources/{sourceId}/confirmations",
    status_code=200,
    summary="Confirm where a source leads",
    responses=problem_responses(412, 428),
)
async def source_confirmations_create(
    source_id: SourceId,
    caller: SourcesConfirm,
    sources: Sources,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> SourcePublic:
    """Vouch for the address and account as this version shows them; by another person than who said them."""
    source = await sources.get(source_id, lock=True)
    check_version(version, source.version)
    await sources.confirm(source, caller)
    etag(response, source.version)
    return show_source(source, sources, caller, request, lang)


@router.delete("/sources/{sourceId}", status_code=204, summary="Deactivate a source")
async def sources_delete(source_id: SourceId, _: SourcesWrite, sources: Sources, version: IfMatch) -> None:
    """Fetch nothing more and forget the credentials. What it delivered stays, and so does its key."""
    source = await sources.get(source_id, lock=True)
    check_version(version, source.version)
    await sources.deactivate(source)
