"""Statistics: declared tables, and the tables that were made, as JSON, CSV or a workbook."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.sync.statistic.auth import StatisticsRead, StatisticsWrite, may_see_exact, refusal_to_write
from services.sync.statistic.declared import Table
from services.sync.statistic.models import StatisticsExport, StatisticsTemplate
from services.sync.statistic.schemas import (
    StatisticsExportCreate,
    StatisticsExportPublic,
    StatisticsTemplateCreate,
    StatisticsTemplatePatch,
    StatisticsTemplatePublic,
)
from services.sync.statistic.service import StatisticsService
from services.sync.statistic.suppressing import suppressed
from shared.auth import Principal
from shared.kit.journal import record
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.actions import allowed_action
from shared.web.negotiation import negotiated
from shared.web.route import problem_responses
from shared.web.sheet import CSV, FORMATS, XLSX, write_csv, write_xlsx

router = new_router("statistics")

TemplateId = Annotated[UUID, Path(alias="statisticsTemplateId")]
ExportId = Annotated[UUID, Path(alias="statisticsExportId")]
Exact = Annotated[bool, Query(alias="isExact", description="False: hide small numbers, to hand the table on")]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            CSV: {"schema": {"type": "string"}, "example": "Skolform;Antal"},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


@router.post("/statistics-templates", status_code=201, summary="Declare a table", responses=problem_responses(409))
async def statistics_templates_create(
    body: StatisticsTemplateCreate,
    caller: StatisticsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> StatisticsTemplatePublic:
    """Say what is counted, by what, in which words, and on which days of the year it is made by itself."""
    row = await StatisticsService(session).create(body)
    created(response, request, f"/sync/v1/statistics-templates/{row.id}")
    etag(response, row.version)
    return _show(row, caller, request, lang)


@router.get("/statistics-templates", summary="List declared tables")
async def statistics_templates_list(
    caller: StatisticsRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[StatisticsTemplatePublic]:
    """The tenant's tables, the oldest first."""
    keys = page.keys(UUID)
    rows = await StatisticsService(session).templates_after(keys[0] if keys else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: (row.id,), show=lambda row: _show(row, caller, request, lang))


@router.get("/statistics-templates/{statisticsTemplateId}", summary="Read a declared table")
async def statistics_templates_get(
    template_id: TemplateId,
    caller: StatisticsRead,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> StatisticsTemplatePublic:
    """What it counts, and when it is made next."""
    row = await StatisticsService(session).template(template_id)
    etag(response, row.version)
    return _show(row, caller, request, lang)


@router.patch(
    "/statistics-templates/{statisticsTemplateId}",
    summary="Change a declared table",
    responses=problem_responses(412, 428),
)
async def statistics_templates_patch(
    template_id: TemplateId,
    body: StatisticsTemplatePatch,
    caller: StatisticsWrite,
    version: IfMatch,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> StatisticsTemplatePublic:
    """Change what is counted from now on."""
    row = await StatisticsService(session).patch(template_id, version, body)
    etag(response, row.version)
    return _show(row, caller, request, lang)


@router.post("/statistics-exports", status_code=201, summary="Make a table")
async def statistics_exports_create(
    body: StatisticsExportCreate, caller: StatisticsWrite, session: SessionDep, request: Request, response: Response
) -> StatisticsExportPublic:
    """Count now, for today or for a day that has been, and keep the table."""
    row = await StatisticsService(session).make(body.template_id, body.reference_date, caller.subject)
    created(response, request, f"/sync/v1/statistics-exports/{row.id}")
    return _show_export(row, caller)


@router.get("/statistics-exports", summary="List tables that were made")
async def statistics_exports_list(
    caller: StatisticsRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    template_id: Annotated[UUID | None, Query(alias="templateId", description="Only of this template")] = None,
    is_exact: Exact = True,
) -> Page[StatisticsExportPublic]:
    """The newest first. Small numbers are hidden from who may not see the persons themselves."""
    keys = page.keys(UUID)
    rows = await StatisticsService(session).exports_before(template_id, keys[0] if keys else None, page.limit + 1)
    return make_page(
        request, page, rows, key=lambda row: (row.id,), show=lambda row: _show_export(row, caller, is_exact)
    )


@router.get("/statistics-exports/{statisticsExportId}", summary="Read a table")
async def statistics_exports_get(
    export_id: ExportId, caller: StatisticsRead, session: SessionDep, is_exact: Exact = True
) -> StatisticsExportPublic:
    """The figures as they were made. Small numbers are hidden from who may not see the persons themselves."""
    return _show_export(await StatisticsService(session).export(export_id), caller, is_exact)


@router.get(
    "/statistics-exports/{statisticsExportId}/content",
    summary="Fetch a table as a file",
    response_class=Response,
    responses={**_FILES, **problem_responses(406)},
)
async def statistics_exports_get_content(
    export_id: ExportId,
    caller: StatisticsRead,
    session: SessionDep,
    request: Request,
    wanted: Annotated[Literal["csv", "xlsx"] | None, Query(alias="format", description="Instead of Accept")] = None,
    is_exact: Exact = True,
) -> Response:
    """CSV for programs and spreadsheets, or a workbook; with small numbers as `GET /statistics-exports/{id}` has them.

    An exact one is written to the journal.
    """
    media = negotiated(request, FORMATS, asked=wanted)
    statistics = StatisticsService(session)
    row = await statistics.export(export_id)
    template = await statistics.template(row.template_id)
    shown = _show_export(row, caller, is_exact)
    if shown.is_exact:
        await record(session, "statistics_export.fetch", "statistics_export", row.id)
    made = write_csv(row.headings, shown.rows) if media == CSV else write_xlsx(template.name, row.headings, shown.rows)
    ending = "csv" if media == CSV else "xlsx"
    name = f"{template.key}-{row.reference_date}.{ending}"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, media_type=media, headers=headers)


def _show(row: StatisticsTemplate, caller: Principal, request: Request, lang: Lang) -> StatisticsTemplatePublic:
    refused = refusal_to_write(caller)
    path = f"/sync/v1/statistics-templates/{row.id}"
    return StatisticsTemplatePublic(
        id=row.id,
        key=row.key,
        name=row.name,
        table=Table.model_validate(row.template),
        next_on=row.next_on,
        allowed_actions=[
            allowed_action(request, lang, "change", "PATCH", path, refused=refused),
            allowed_action(request, lang, "make", "POST", "/sync/v1/statistics-exports", refused=refused),
        ],
    )


def _show_export(row: StatisticsExport, caller: Principal, is_exact: bool = True) -> StatisticsExportPublic:
    is_exact = row.counted == "groups" or (is_exact and may_see_exact(caller))
    return StatisticsExportPublic(
        id=row.id,
        template_id=row.template_id,
        reference_date=row.reference_date,
        roster_version=row.roster_version,
        headings=row.headings,
        rows=row.rows if is_exact else suppressed(row.rows),
        is_exact=is_exact,
        content_path=f"/sync/v1/statistics-exports/{row.id}/content",
        created_at=row.created_at,
    )
