"""Plan documents and status reports over HTTP, as JSON and as PDF."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.projects.document.auth import DocumentsRead, DocumentsWrite
from services.projects.document.content import plan_content
from services.projects.document.facts import suggest
from services.projects.document.models import PlanSection, PlanText
from services.projects.document.plan_document import plan_document
from services.projects.document.printing import print_pdf
from services.projects.document.schemas import (
    PlanTextList,
    PlanTextPublic,
    PlanTextWrite,
    StatusFacts,
    StatusReportCreate,
    StatusReportItem,
    StatusReportPublic,
)
from services.projects.document.service import DocumentService, Wanted
from services.projects.document.status_document import status_document
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import demand, refusal_to_lead
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.web import (
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    created,
    etag,
    make_page,
    new_router,
)
from shared.web.as_of import AsOf
from shared.web.negotiation import negotiated
from shared.web.route import problem_responses

router = new_router("documents")

StatusReportId = Annotated[UUID, Path(alias="statusReportId")]
PDF = "application/pdf"
_PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Also as tagged PDF, in the language of Accept-Language",
        "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def _service(session: SessionDep) -> DocumentService:
    return DocumentService(session)


Documents = Annotated[DocumentService, Depends(_service)]


@router.get(
    "/projects/{projectId}/plan-documents",
    name="plan_documents_get",
    summary="Print the plan",
    response_class=Response,
    responses=_PDF | problem_responses(406, 503),
    dependencies=[AsOf],
)
async def plan_documents_get(
    project_id: ProjectId,
    caller: DocumentsRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
) -> Response:
    """Background, goals, scope, evaluation, risks, roles, time plan with chart, effort, checklist, closure."""
    negotiated(request, {"pdf": PDF})
    content = await plan_content(session, await projects.get(project_id), lang)
    printed = await print_pdf("plan", plan_document(content, lang), clock.viewpoint())
    return Response(printed, media_type=PDF, headers={"Cache-Control": "no-store"})


@router.get(
    "/projects/{projectId}/plan-texts",
    name="plan_texts_list",
    summary="Read the words of the plan document",
    dependencies=[AsOf],
)
async def plan_texts_list(
    project_id: ProjectId, caller: DocumentsRead, projects: Projects, documents: Documents
) -> PlanTextList:
    """All sections that somebody writes, the empty ones too: an empty section is printed as such."""
    await projects.get(project_id)
    found = await documents.texts(project_id)
    return PlanTextList(items=[_text(section, found.get(section)) for section in PlanSection])


@router.put(
    "/projects/{projectId}/plan-texts/{section}",
    name="plan_texts_put",
    summary="Write a section of the plan document",
    responses=problem_responses(412, 428),
)
async def plan_texts_put(
    project_id: ProjectId,
    section: Annotated[PlanSection, Path()],
    body: PlanTextWrite,
    caller: DocumentsWrite,
    version: IfMatch,
    projects: Projects,
    documents: Documents,
    response: Response,
) -> PlanTextPublic:
    """Replace the words of a section. `If-Match` names its version; `"0"` where nothing is written yet."""
    await projects.get(project_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    written = await documents.write(project_id, section, version, body.content, caller.subject)
    etag(response, written.version)
    return _text(section, written)


@router.get(
    "/projects/{projectId}/status-facts",
    name="status_facts_get",
    summary="Read what a status report would state",
    dependencies=[AsOf],
)
async def status_facts_get(
    project_id: ProjectId, caller: DocumentsRead, projects: Projects, documents: Documents, lang: LangDep
) -> StatusFacts:
    """Work per side and phase, gates with their waivers, what is late and what comes, and the colour they speak for."""
    facts = await documents.facts(await projects.get(project_id))
    colour, why = suggest(facts)
    return StatusFacts(suggested_colour=colour, reason=why.pick(lang), facts=facts)


@router.get(
    "/projects/{projectId}/status-reports",
    name="status_reports_list",
    summary="List the status reports of a project",
    dependencies=[AsOf],
)
async def status_reports_list(
    project_id: ProjectId,
    caller: DocumentsRead,
    projects: Projects,
    documents: Documents,
    request: Request,
    page: PageDep,
) -> Page[StatusReportItem]:
    """Newest first."""
    await projects.get(project_id)
    before = page.keys(UUID)
    rows = await documents.reports(project_id, before[0] if before else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=StatusReportItem.model_validate)


@router.post(
    "/projects/{projectId}/status-reports",
    name="status_reports_create",
    status_code=201,
    summary="Give a status report",
)
async def status_reports_create(
    project_id: ProjectId,
    body: StatusReportCreate,
    caller: DocumentsWrite,
    projects: Projects,
    documents: Documents,
    lang: LangDep,
    request: Request,
    response: Response,
) -> StatusReportPublic:
    """Keep a report with the facts of this moment; it never changes afterwards."""
    project = await projects.get(project_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    await projects.get_active(project_id)
    wanted = Wanted(body.title, body.colour, body.reason, body.narrative)
    report = await documents.report(project, wanted, caller.subject, lang)
    created(response, request, f"/projects/v1/status-reports/{report.id}")
    return StatusReportPublic.model_validate(report)


@router.get(
    "/status-reports/{statusReportId}",
    name="status_reports_get",
    summary="Read or print a status report",
    response_model=StatusReportPublic,
    responses=_PDF | problem_responses(406, 503),
    dependencies=[AsOf],
)
async def status_reports_get(
    status_report_id: StatusReportId,
    caller: DocumentsRead,
    projects: Projects,
    documents: Documents,
    lang: LangDep,
    request: Request,
    format_: Annotated[Literal["json", "pdf"] | None, Query(alias="format", description="Overrides Accept")] = None,
) -> StatusReportPublic | Response:
    """A report as it was given: JSON, or PDF with `Accept: application/pdf`."""
    report = await documents.get_report(status_report_id)
    media = negotiated(request, {"json": "application/json", "pdf": PDF}, asked=format_)
    if media != PDF:
        return StatusReportPublic.model_validate(report)
    project = await projects.get(report.project_id)
    parties = {party.side: party.name for party in await projects.parties(project.id)}
    printed = await print_pdf("status", status_document(project, report, parties, lang), report.reported_at)
    return Response(printed, media_type=PDF, headers={"Cache-Control": "no-store"})


def _text(section: PlanSection, found: PlanText | None) -> PlanTextPublic:
    return PlanTextPublic(
        section=section,
        content=found.content if found else "",
        written_by=found.written_by if found else None,
        updated_at=found.updated_at if found else None,
        version=found.version if found else 0,
    )
