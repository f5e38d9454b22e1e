"""Decisions, the matrix and its use over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.projects.decision.auth import DecisionsRead, DecisionsTake, DecisionsWrite, UsagesWrite
from services.projects.decision.desk import DecisionDesk
from services.projects.decision.matrix import MatrixService
from services.projects.decision.schemas import (
    DecisionChange,
    DecisionCreate,
    DecisionMatrix,
    DecisionPublic,
    OutcomeCreate,
    UnusedFunction,
    UsageCreate,
    UsagePublic,
    WithdrawalCreate,
)
from services.projects.decision.service import DecisionService
from services.projects.decision.view import refusal_to_prepare, show
from services.projects.decision.vocabulary import DecisionState
from services.projects.plan.vocabulary import Modality, SchoolForm
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import demand
from shared.kit import clock
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("decisions")

DecisionId = Annotated[UUID, Path(alias="decisionId")]


@router.get(
    "/projects/{projectId}/decisions",
    name="decisions_list",
    summary="List the decisions of a project",
    dependencies=[AsOf],
)
async def decisions_list(
    project_id: ProjectId,
    caller: DecisionsRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
    state: Annotated[DecisionState | None, Query(description="Only in this state")] = None,
    overdue: Annotated[bool, Query(description="Only open ones whose window has passed")] = False,
) -> Page[DecisionPublic]:
    """Questions and answers, oldest first; superseded ones stay in the list."""
    await projects.get(project_id)
    after, today = page.keys(UUID), clock.today()
    rows = await DecisionService(session).list_after(
        project_id, after[0] if after else None, page.limit + 1, state=state, is_overdue=overdue
    )
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: show(row, caller, lang, today))


@router.post("/projects/{projectId}/decisions", name="decisions_create", status_code=201, summary="Put a question")
async def decisions_create(
    project_id: ProjectId,
    body: DecisionCreate,
    caller: DecisionsWrite,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> DecisionPublic:
    """A question for a body with a mandate, or the successor of a decision that was taken (`supersedesId`)."""
    await projects.get(project_id)
    demand(refusal_to_prepare(caller))
    decision = await DecisionDesk(session, caller).put(project_id, body)
    created(response, request, f"/projects/v1/decisions/{decision.id}")
    etag(response, decision.version)
    return show(decision, caller, lang, clock.today())


@router.get("/decisions/{decisionId}", name="decisions_get", summary="Read a decision", dependencies=[AsOf])
async def decisions_get(
    decision_id: DecisionId, caller: DecisionsRead, session: SessionDep, lang: LangDep, response: Response
) -> DecisionPublic:
    """One question, its answer, and what the caller may do with it."""
    decision = await DecisionService(session).get(decision_id)
    etag(response, decision.version)
    return show(decision, caller, lang, clock.today())


@router.patch(
    "/decisions/{decisionId}",
    name="decisions_patch",
    summary="Change a question",
    responses=problem_responses(412, 428),
)
async def decisions_patch(
    decision_id: DecisionId,
    body: DecisionChange,
    caller: DecisionsWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> DecisionPublic:
    """Change a question or a cell of the matrix until it is decided. Afterwards 409 says how to supersede it."""
    await DecisionService(session).get(decision_id)
    demand(refusal_to_prepare(caller))
    decision = await DecisionDesk(session, caller).change(decision_id, version, body)
    etag(response, decision.version)
    return show(decision, caller, lang, clock.today())


@router.post("/decisions/{decisionId}/outcomes", name="decisions_take", status_code=201, summary="Take a decision")
async def decisions_take(
    decision_id: DecisionId,
    body: OutcomeCreate,
    caller: DecisionsTake,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> DecisionPublic:
    """Settle a question for a body with a mandate, as the customer's approver. Final; gates that wait follow."""
    decision = await DecisionDesk(session, caller).take(decision_id, body)
    created(response, request, f"/projects/v1/decisions/{decision_id}")
    etag(response, decision.version)
    return show(decision, caller, lang, clock.today())


@router.post(
    "/decisions/{decisionId}/withdrawals", name="decisions_withdraw", status_code=201, summary="Withdraw a question"
)
async def decisions_withdraw(
    decision_id: DecisionId,
    body: WithdrawalCreate,
    caller: DecisionsWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> DecisionPublic:
    """Take back a question that was not decided, and say why."""
    await DecisionService(session).get(decision_id)
    demand(refusal_to_prepare(caller))
    decision = await DecisionDesk(session, caller).withdraw(decision_id, body.reason)
    created(response, request, f"/projects/v1/decisions/{decision_id}")
    etag(response, decision.version)
    return show(decision, caller, lang, clock.today())


@router.get(
    "/projects/{projectId}/decision-matrix",
    name="decision_matrix_get",
    summary="Read the matrix of direction decisions",
    dependencies=[AsOf],
)
async def decision_matrix_get(
    project_id: ProjectId,
    caller: DecisionsRead,
    projects: Projects,
    session: SessionDep,
    modality: Annotated[Modality | None, Query(description="Only cells as binding as this")] = None,
    school_form: Annotated[SchoolForm | None, Query(alias="schoolForm", description="Only cells of this form")] = None,
) -> DecisionMatrix:
    """Functions by how binding they are, in which tool, for which school forms [SKA/BÖR/KAN]."""
    await projects.get(project_id)
    cells = await MatrixService(session).cells(project_id, modality=modality, school_form=school_form)
    return DecisionMatrix(cells=cells)


@router.get(
    "/projects/{projectId}/unused-functions",
    name="unused_functions_list",
    summary="List functions not yet in use",
    dependencies=[AsOf],
)
async def unused_functions_list(
    project_id: ProjectId,
    caller: DecisionsRead,
    projects: Projects,
    session: SessionDep,
    request: Request,
    page: PageDep,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only at this unit")] = None,
    modality: Annotated[Modality, Query(description="As binding as this")] = Modality.must,
) -> Page[UnusedFunction]:
    """Decided functions that schools must use and have not said that they do, by school."""
    await projects.get(project_id)
    after = page.keys(UUID, str)
    rows = list(await MatrixService(session).unused(project_id, modality=modality, unit_id=unit_id))
    if after is not None:
        seen = next((n for n, row in enumerate(rows, start=1) if (row.unit_id, row.key) == after), len(rows))
        rows = rows[seen:]
    return make_page(request, page, rows, key=lambda row: [row.unit_id, row.key], show=lambda row: row)


@router.get(
    "/decisions/{decisionId}/usages", name="usages_list", summary="List who uses a function", dependencies=[AsOf]
)
async def usages_list(
    decision_id: DecisionId, caller: DecisionsRead, session: SessionDep, request: Request, page: PageDep
) -> Page[UsagePublic]:
    """What units have said about the use of the function of a cell."""
    decisions, after = DecisionService(session), page.keys(UUID)
    found = await decisions.get(decision_id)
    rows = await decisions.usages_after(found.project_id, found.key, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=UsagePublic.model_validate)


@router.post(
    "/decisions/{decisionId}/usages", name="usages_create", status_code=201, summary="Mark the use of a function"
)
async def usages_create(
    decision_id: DecisionId,
    body: UsageCreate,
    caller: UsagesWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> UsagePublic:
    """Say whether a unit uses the function, as its head or a leader of the project; the last word counts."""
    mark = await MatrixService(session).mark(decision_id, body, caller)
    created(response, request, f"/projects/v1/decisions/{decision_id}/usages")
    return UsagePublic.model_validate(mark)
