"""Agreeing on a plan over HTTP."""

from uuid import UUID

from fastapi import Request, Response

from services.projects.agreement.auth import AgreementsRead, AgreementsWrite
from services.projects.agreement.schemas import PlanStepCreate, PlanStepPublic
from services.projects.agreement.service import AgreementService
from services.projects.agreement.steps import PlanSteps
from services.projects.project.endpoints import ProjectId, Projects
from shared.web import IfMatch, Page, PageDep, SessionDep, created, make_page, new_router
from shared.web.as_of import AsOf
from shared.web.route import problem_responses

router = new_router("agreements")


@router.get(
    "/projects/{projectId}/plan-steps",
    name="plan_steps_list",
    summary="Read how a plan was agreed",
    dependencies=[AsOf],
)
async def plan_steps_list(
    project_id: ProjectId,
    caller: AgreementsRead,
    projects: Projects,
    session: SessionDep,
    request: Request,
    page: PageDep,
) -> Page[PlanStepPublic]:
    """Every proposal, return and approval of the plan, oldest first."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await AgreementService(session).steps(project_id, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=PlanStepPublic.model_validate)


@router.post(
    "/projects/{projectId}/plan-proposals",
    name="plan_proposals_create",
    status_code=201,
    summary="Propose a plan",
    responses=problem_responses(412, 428),
)
async def plan_proposals_create(
    project_id: ProjectId,
    body: PlanStepCreate,
    caller: AgreementsWrite,
    version: IfMatch,
    session: SessionDep,
    request: Request,
    response: Response,
) -> PlanStepPublic:
    """Put the plan to the customer for approval, with the ETag of the project that was looked at."""
    step = await PlanSteps(session, caller).propose(project_id, version, body.comment)
    created(response, request, f"/projects/v1/projects/{project_id}/plan-steps")
    return PlanStepPublic.model_validate(step)


@router.post(
    "/projects/{projectId}/plan-returns",
    name="plan_returns_create",
    status_code=201,
    summary="Return a plan",
    responses=problem_responses(412, 428),
)
async def plan_returns_create(
    project_id: ProjectId,
    body: PlanStepCreate,
    caller: AgreementsWrite,
    version: IfMatch,
    session: SessionDep,
    request: Request,
    response: Response,
) -> PlanStepPublic:
    """Back to adjusting. An approved plan is returned by the customer's approver alone; its baseline stays."""
    step = await PlanSteps(session, caller).give_back(project_id, version, body.comment)
    created(response, request, f"/projects/v1/projects/{project_id}/plan-steps")
    return PlanStepPublic.model_validate(step)


@router.post(
    "/projects/{projectId}/plan-approvals",
    name="plan_approvals_create",
    status_code=201,
    summary="Approve a plan",
    responses=problem_responses(412, 428),
)
async def plan_approvals_create(
    project_id: ProjectId,
    body: PlanStepCreate,
    caller: AgreementsWrite,
    version: IfMatch,
    session: SessionDep,
    request: Request,
    response: Response,
) -> PlanStepPublic:
    """As the customer's approver. Freezes a baseline; from now on the plan changes by change requests."""
    step = await PlanSteps(session, caller).approve(project_id, version, body.comment)
    created(response, request, f"/projects/v1/projects/{project_id}/plan-steps")
    return PlanStepPublic.model_validate(step)
