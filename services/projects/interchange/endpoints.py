"""Taking plans out as files, and files into plans, over HTTP."""

from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request, Response
from starlette.requests import ClientDisconnect

from services.projects.interchange.auth import PlanImportWrite, PlanRead
from services.projects.interchange.errors import FileUnreadable, FormatNotAcceptable
from services.projects.interchange.exporting import outgoing
from services.projects.interchange.reading import write_file
from services.projects.interchange.schemas import (
    ApplicationCreate,
    ChangePublic,
    FindingPublic,
    ImportOptions,
    ImportPublic,
    PhaseKey,
    System,
)
from services.projects.interchange.service import MOST_BYTES, ImportService
from services.projects.interchange.view import shown
from services.projects.project.endpoints import ProjectId, Projects
from shared.kit.files import FileStore, spooled
from shared.kit.text import Lang, Text
from shared.queue import run_in_child
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, check_version, created, etag, make_page
from shared.web.route import new_router, problem_responses
from shared.web.runtime import runtime, transaction_of

router = new_router("imports")
exports = new_router("exports")

ImportId = Annotated[UUID, Path(alias="importId")]
Format = Literal["json", "csv", "xlsx", "mspdi"]
MEDIA: dict[str, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "mspdi": "application/xml",
}
_ENDINGS = {"json": "json", "csv": "csv", "xlsx": "xlsx", "mspdi": "xml"}
_ASKED = {media: name for name, media in MEDIA.items()} | {"application/vnd.ms-project": "mspdi", "text/xml": "mspdi"}
_SEPARATORS = {"semicolon": ";", "comma": ",", "tab": "\t"}
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_WRITE_SECONDS = 60
_BROKEN_OFF = Text(
    sv="Sändningen bröts: skicka filen igen", en="The sending broke off: send the file again", da="Send filen igen"
)


def _store(request: Request) -> FileStore:
    store: FileStore = runtime(request).resources[FileStore]
    return store


async def _imports(session: SessionDep, request: Request) -> ImportService:
    return ImportService(session, _store(request))


Imports = Annotated[ImportService, Depends(_imports)]


@exports.get(
    "/projects/{projectId}/exports",
    name="project_exports_get",
    summary="Take a plan out as a file",
    dependencies=[AsOf],
    response_class=Response,
    responses={200: {"content": dict.fromkeys(MEDIA.values(), _BINARY)}, **problem_responses(406)},
)
async def project_exports_get(
    project_id: ProjectId,
    caller: PlanRead,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
    wanted: Annotated[
        Format | None, Query(alias="format", description="For links; else Accept decides, and JSON where it does not")
    ] = None,
    separator: Annotated[Literal["semicolon", "comma", "tab"], Query(description="Of CSV")] = "semicolon",
) -> Response:
    """The plan as our own JSON, CSV, a workbook with a checklist to fill in, or MS Project's XML [MSPDI].

    Each can be sent back to `/imports`, and changes nothing that was not changed in it. No account is named in it.
    """
    name = wanted or negotiated(accept)
    facts = await ImportService(session, _store(request)).plan(project_id)
    plan = await outgoing(session, facts, lang, _SEPARATORS[separator])
    body = await run_in_child(write_file, name, plan.model_dump(mode="json"), seconds=_WRITE_SECONDS)
    media = f"{MEDIA[name]}; charset=utf-8" if name == "csv" else MEDIA[name]
    file_name = quote(f"{plan.name}.{_ENDINGS[name]}", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{file_name}", "Vary": "Accept"}
    return Response(b64decode(body), media_type=media, headers=headers)


@router.post(
    "/projects/{projectId}/imports",
    name="imports_create",
    status_code=202,
    summary="Send a file for a plan",
    responses=problem_responses(413),
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": _BINARY}}},
)
async def imports_create(
    project_id: ProjectId,
    caller: PlanImportWrite,
    lang: LangDep,
    request: Request,
    response: Response,
    default_phase: Annotated[PhaseKey | None, Query(alias="defaultPhase", description="For rows without one")] = None,
    system: Annotated[System | None, Query(description="Under which the other tool's ids are kept")] = None,
) -> ImportPublic:
    """Send MS Project XML, XLSX, CSV, our JSON, or what Asana exports, as the request's content; it is recognised.

    Nothing is changed: a job reads the file and judges what it would change. Location is the job. The file is kept
    encrypted for 30 days.
    """
    options = {"default_phase": default_phase, "system": system, "lang": lang}
    async with spooled(_body(request), MOST_BYTES) as content, transaction_of(request, caller) as session:
        found = await ImportService(session, _store(request)).receive(project_id, content.pieces(), options, caller)
        public = shown(found, caller, request, lang)
    created(response, request, f"/projects/v1/jobs/{found.job_id}", status=202)
    return public


@router.get("/projects/{projectId}/imports", name="imports_list", summary="List the imports of a project")
async def imports_list(
    project_id: ProjectId,
    caller: PlanRead,
    projects: Projects,
    imports: Imports,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[ImportPublic]:
    """Every file that was sent, the newest first; applied and erased ones included."""
    await projects.get(project_id)
    keys = page.keys(UUID)
    rows = await imports.list_before(project_id, keys[0] if keys else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: shown(row, caller, request, lang))


@router.get("/imports/{importId}", name="imports_get", summary="Read an import")
async def imports_get(
    import_id: ImportId, caller: PlanRead, imports: Imports, lang: LangDep, request: Request, response: Response
) -> ImportPublic:
    """How far it is, what the file proved to be, and how much it would change."""
    found = await imports.get(import_id)
    etag(response, found.version)
    return shown(found, caller, request, lang)


@router.get("/imports/{importId}/findings", name="import_findings_list", summary="List what is wrong in a file")
async def import_findings_list(
    import_id: ImportId, caller: PlanRead, imports: Imports, lang: LangDep, request: Request, page: PageDep
) -> Page[FindingPublic]:
    """Place by place: what stands there, what is wrong with it, and how to mend it."""
    listed = (await imports.outcome(await imports.get(import_id)))["findings"]
    places = _places(page, len(listed))

    def show(place: int) -> FindingPublic:
        return FindingPublic.model_validate(_picked(listed[place], lang))

    return make_page(request, page, places, key=lambda place: [place], show=show)


@router.get("/imports/{importId}/changes", name="import_changes_list", summary="List what an import would change")
async def import_changes_list(
    import_id: ImportId, caller: PlanRead, imports: Imports, request: Request, page: PageDep
) -> Page[ChangePublic]:
    """Row by row, each value before and after; then the links."""
    listed = (await imports.outcome(await imports.get(import_id)))["changes"]
    places = _places(page, len(listed))

    def show(place: int) -> ChangePublic:
        return ChangePublic.model_validate(listed[place])

    return make_page(request, page, places, key=lambda place: [place], show=show)


@router.post(
    "/imports/{importId}/dry-runs", name="import_dry_runs_create", status_code=202, summary="Judge a file again"
)
async def import_dry_runs_create(
    import_id: ImportId,
    body: ImportOptions,
    caller: PlanImportWrite,
    imports: Imports,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ImportPublic:
    """The same file against the plan as it stands now, with these options. Location is the job."""
    found = await imports.judge_again(import_id, {**body.model_dump(), "lang": lang}, caller)
    created(response, request, f"/projects/v1/jobs/{found.job_id}", status=202)
    return shown(found, caller, request, lang)


@router.post("/imports/{importId}/applications", name="import_applications_create", summary="Apply an import")
async def import_applications_create(
    import_id: ImportId,
    body: ApplicationCreate,
    caller: PlanImportWrite,
    imports: Imports,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ImportPublic:
    """Carry out exactly the dry run whose `planHash` is named, in one transaction.

    Answers 409 and changes nothing where the plan has changed since in a way that touches its rows.
    """
    found = await imports.apply(import_id, body.plan_hash, caller, all_or_nothing=body.all_or_nothing)
    etag(response, found.version)
    return shown(found, caller, request, lang)


@router.delete(
    "/imports/{importId}",
    name="imports_delete",
    status_code=204,
    summary="Erase an imported file",
    responses=problem_responses(412, 428),
)
async def imports_delete(import_id: ImportId, caller: PlanImportWrite, version: IfMatch, imports: Imports) -> None:
    """Erase file and findings before their time; the import stays in the list without them."""
    check_version(version, (await imports.get(import_id, lock=True)).version)
    await imports.erase(import_id)


def negotiated(accept: str) -> str:
    """The format that the caller likes best, of equals the first in our order (RFC 9110 section 12.5.1).

    Raises FormatNotAcceptable.
    """
    best: tuple[float, int, str] | None = None
    for number, part in enumerate(accept.split(",")[:20]):
        media, _, parameter = part.strip().partition(";")
        media = media.strip().lower()
        name = "json" if media in ("*/*", "application/*", "") else "csv" if media == "text/*" else _ASKED.get(media)
        _, _, weight = parameter.replace(" ", "").rpartition("q=")
        try:
            liked = float(weight) if weight and "q=" in parameter else 1.0
        except ValueError:
            continue
        if name is not None and liked > 0 and (best is None or (-liked, number) < best[:2]):
            best = (-liked, number, name)
    if best is None:
        raise FormatNotAcceptable(formats=sorted(_ASKED))
    return best[2]


def _places(page: PageDep, length: int) -> list[int]:
    """The places of one page, and the one after it, in a list that lies in a file; the cursor is a place."""
    keys = page.keys(int)
    first = max(keys[0] + 1, 0) if keys else 0
    return list(range(first, min(length, first + page.limit + 1)))


def _picked(finding: dict[str, Any], lang: Lang) -> dict[str, Any]:
    words = {name: Text.model_validate(finding[name]).pick(lang) for name in ("problem", "mend")}
    return finding | words


async def _body(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except ClientDisconnect:
        raise FileUnreadable(_BROKEN_OFF) from None
