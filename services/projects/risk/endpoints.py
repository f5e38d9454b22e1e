"""Risks over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.projects.project.endpoints import ProjectId, Projects
from services.projects.risk.auth import RisksAccept, RisksPropose, RisksRead, RisksWrite
from services.projects.risk.changes import RiskChanges
from services.projects.risk.matrix import AXIS
from services.projects.risk.measures import RiskMeasures
from services.projects.risk.schemas import (
    RiskAcceptanceCreate,
    RiskAcceptancePublic,
    RiskAssessmentCreate,
    RiskAssessmentPublic,
    RiskChange,
    RiskCreate,
    RiskMatrixCreate,
    RiskMatrixPublic,
    RiskMeasureCreate,
    RiskPublic,
)
from services.projects.risk.service import RiskService
from services.projects.risk.view import show
from services.projects.risk.vocabulary import MatrixKind
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("risks")

RiskId = Annotated[UUID, Path(alias="riskId")]


async def _service(session: SessionDep) -> RiskService:
    return RiskService(session)


Risks = Annotated[RiskService, Depends(_service)]


@router.get(
    "/projects/{projectId}/risks", name="risks_list", summary="List the risks of a project", dependencies=[AsOf]
)
async def risks_list(
    project_id: ProjectId,
    caller: RisksRead,
    projects: Projects,
    risks: Risks,
    lang: LangDep,
    request: Request,
    page: PageDep,
    area: Annotated[str | None, Query(description="Only of this area", max_length=80)] = None,
) -> Page[RiskPublic]:
    """The register in its order. A risk without a level still has to be assessed."""
    await projects.get(project_id)
    after = page.keys(int, UUID)
    views = await risks.list_after(project_id, area, after and (after[0], after[1]), page.limit + 1)
    return make_page(
        request,
        page,
        views,
        key=lambda view: [view.risk.position, view.risk.id],
        show=lambda view: show(view, caller, lang),
    )


@router.post("/projects/{projectId}/risks", name="risks_create", status_code=201, summary="Add a risk")
async def risks_create(
    project_id: ProjectId,
    body: RiskCreate,
    caller: RisksWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> RiskPublic:
    """A risk of the project's own, as the customer's leader. It has no level until it is assessed."""
    view = await RiskChanges(session, caller).create(project_id, body)
    created(response, request, f"/projects/v1/risks/{view.risk.id}")
    etag(response, view.risk.version)
    return show(view, caller, lang)


@router.get("/risks/{riskId}", name="risks_get", summary="Read a risk", dependencies=[AsOf])
async def risks_get(risk_id: RiskId, caller: RisksRead, risks: Risks, lang: LangDep, response: Response) -> RiskPublic:
    """One risk with its measures, the acceptance that holds today, and what its trigger says now."""
    risk = await risks.get(risk_id)
    etag(response, risk.version)
    return show(await risks.view(risk), caller, lang)


@router.patch("/risks/{riskId}", name="risks_patch", summary="Change a risk", responses=problem_responses(412, 428))
async def risks_patch(
    risk_id: RiskId,
    body: RiskChange,
    caller: RisksPropose,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> RiskPublic:
    """Change words, owner, trigger or state, as the customer's leader; its owner may open and close it."""
    view = await RiskChanges(session, caller).change(risk_id, version, body)
    etag(response, view.risk.version)
    return show(view, caller, lang)


@router.get(
    "/risks/{riskId}/assessments",
    name="risk_assessments_list",
    summary="List how a risk was assessed",
    dependencies=[AsOf],
)
async def risk_assessments_list(
    risk_id: RiskId, caller: RisksRead, risks: Risks, request: Request, page: PageDep
) -> Page[RiskAssessmentPublic]:
    """Oldest first, each with the matrix as it was then."""
    await risks.get(risk_id)
    after = page.keys(UUID)
    rows = await risks.assessments_after(risk_id, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=RiskAssessmentPublic.model_validate)


@router.post("/risks/{riskId}/assessments", name="risk_assessments_create", status_code=201, summary="Assess a risk")
async def risk_assessments_create(
    risk_id: RiskId,
    body: RiskAssessmentCreate,
    caller: RisksWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> RiskAssessmentPublic:
    """Score a risk by the project's matrix, which is frozen into the score: later matrices never rewrite it."""
    assessment = await RiskChanges(session, caller).assess(risk_id, body)
    created(response, request, f"/projects/v1/risks/{risk_id}/assessments")
    return RiskAssessmentPublic.model_validate(assessment)


@router.post("/risks/{riskId}/acceptances", name="risk_acceptances_create", status_code=201, summary="Accept a risk")
async def risk_acceptances_create(
    risk_id: RiskId,
    body: RiskAcceptanceCreate,
    caller: RisksAccept,
    session: SessionDep,
    request: Request,
    response: Response,
) -> RiskAcceptancePublic:
    """Live with a risk up to a day, as the customer's approver. It counts no more where the risk grows."""
    acceptance = await RiskChanges(session, caller).accept(risk_id, body)
    created(response, request, f"/projects/v1/risks/{risk_id}")
    return RiskAcceptancePublic.model_validate(acceptance)


@router.post("/risks/{riskId}/measures", name="risk_measures_create", status_code=201, summary="Add a measure")
async def risk_measures_create(
    risk_id: RiskId,
    body: RiskMeasureCreate,
    caller: RisksWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> RiskPublic:
    """Meet a risk with an activity of the plan: one that is there, or a new one."""
    view = await RiskMeasures(session, caller).add(risk_id, body)
    created(response, request, f"/projects/v1/risks/{risk_id}")
    return show(view, caller, lang)


@router.delete(
    "/risks/{riskId}/measures/{activityId}",
    name="risk_measures_delete",
    status_code=204,
    summary="Remove a measure",
    responses=problem_responses(412, 428),
)
async def risk_measures_delete(
    risk_id: RiskId,
    activity_id: Annotated[UUID, Path(alias="activityId")],
    caller: RisksWrite,
    version: IfMatch,
    session: SessionDep,
) -> None:
    """Take the link away; the activity stays in the plan. The version is that of the risk."""
    await RiskMeasures(session, caller).remove(risk_id, activity_id, version)


@router.get(
    "/projects/{projectId}/risk-matrices",
    name="risk_matrices_list",
    summary="List how a project scores its risks",
    dependencies=[AsOf],
)
async def risk_matrices_list(
    project_id: ProjectId, caller: RisksRead, projects: Projects, risks: Risks, request: Request, page: PageDep
) -> Page[RiskMatrixPublic]:
    """Newest first; the first one counts. Number 0, the one axis of the source, closes the list."""
    await projects.get(project_id)
    after = page.keys(int)
    before = after[0] if after else None
    found = [
        RiskMatrixPublic.model_validate(row) for row in await risks.matrices_before(project_id, before, page.limit + 1)
    ]
    if len(found) <= page.limit and before != 0:
        found.append(_AXIS)
    return make_page(request, page, found, key=lambda row: [row.number], show=lambda row: row)


@router.post(
    "/projects/{projectId}/risk-matrices",
    name="risk_matrices_create",
    status_code=201,
    summary="Score risks by another matrix",
)
async def risk_matrices_create(
    project_id: ProjectId,
    body: RiskMatrixCreate,
    caller: RisksWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> RiskMatrixPublic:
    """From now on, as the customer's leader. A grid is our addition to the sources and is marked so."""
    matrix = await RiskChanges(session, caller).choose_matrix(project_id, body.definition)
    created(response, request, f"/projects/v1/projects/{project_id}/risk-matrices")
    return RiskMatrixPublic.model_validate(matrix)


_AXIS = RiskMatrixPublic(
    id=None, number=0, kind=MatrixKind.axis, basis="source", definition=AXIS, created_by=None, created_at=None
)
