"""Escalations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.projects.body.auth import BodiesRead, BodiesWrite
from services.projects.escalation.errors import EscalationAnsweredAlready, EscalationUnanswered
from services.projects.escalation.models import Escalation, EscalationState
from services.projects.escalation.schemas import AnswerCreate, EscalationCreate, EscalationPublic
from services.projects.escalation.service import EscalationService
from services.projects.plan.vocabulary import PartySide
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import demand, refusal_to_change_row, refusal_to_decide
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.text import Lang, Text
from shared.web import AllowedAction, AsOf, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router

router = new_router("escalations")

EscalationId = Annotated[UUID, Path(alias="escalationId")]


@router.get(
    "/projects/{projectId}/escalations",
    name="escalations_list",
    summary="List the escalations of a project",
    dependencies=[AsOf],
)
async def escalations_list(
    project_id: ProjectId,
    caller: BodiesRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
    overdue: Annotated[bool, Query(description="Only unanswered ones after their last day")] = False,
) -> Page[EscalationPublic]:
    """What was put before the strategic level, oldest first."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await EscalationService(session).list_after(
        project_id, after[0] if after else None, page.limit + 1, is_overdue=overdue
    )
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _show(row, caller, lang))


@router.post("/projects/{projectId}/escalations", name="escalations_create", status_code=201, summary="Escalate")
async def escalations_create(
    project_id: ProjectId,
    body: EscalationCreate,
    caller: BodiesWrite,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> EscalationPublic:
    """Put an item before the strategic level, which must answer by `dueOn`. Either side may."""
    await projects.get(project_id)
    demand(_refusal(caller))
    row = await EscalationService(session).bring(project_id, body, caller.subject)
    created(response, request, f"/projects/v1/escalations/{row.id}")
    etag(response, row.version)
    return _show(row, caller, lang)


@router.get("/escalations/{escalationId}", name="escalations_get", summary="Read an escalation", dependencies=[AsOf])
async def escalations_get(
    escalation_id: EscalationId, caller: BodiesRead, session: SessionDep, lang: LangDep, response: Response
) -> EscalationPublic:
    """One escalation and its answer."""
    row = await EscalationService(session).get(escalation_id)
    etag(response, row.version)
    return _show(row, caller, lang)


@router.post("/escalations/{escalationId}/answers", name="escalation_answers_create", status_code=201, summary="Answer")
async def escalation_answers_create(
    escalation_id: EscalationId,
    body: AnswerCreate,
    caller: BodiesWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> EscalationPublic:
    """Answer for the strategic level, as the customer's approver."""
    escalations = EscalationService(session)
    await escalations.get(escalation_id)
    demand(refusal_to_decide(caller, Scope.bodies_write))
    row = await escalations.answer(escalation_id, body, caller.subject)
    created(response, request, f"/projects/v1/escalations/{escalation_id}")
    etag(response, row.version)
    return _show(row, caller, lang)


@router.post(
    "/escalations/{escalationId}/closures", name="escalation_closures_create", status_code=201, summary="Close"
)
async def escalation_closures_create(
    escalation_id: EscalationId,
    caller: BodiesWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> EscalationPublic:
    """Close an escalation that was answered; 409 while it was not. Needs no body."""
    escalations = EscalationService(session)
    await escalations.get(escalation_id)
    demand(_refusal(caller))
    row = await escalations.close(escalation_id)
    created(response, request, f"/projects/v1/escalations/{escalation_id}")
    etag(response, row.version)
    return _show(row, caller, lang)


def _refusal(caller: Principal) -> Text | None:
    return refusal_to_change_row(caller, PartySide.joint, Scope.bodies_write)


def _show(row: Escalation, caller: Principal, lang: Lang) -> EscalationPublic:
    is_open = row.state == EscalationState.raised
    reasons = {
        "answer": refusal_to_decide(caller, Scope.bodies_write)
        or (None if is_open else EscalationAnsweredAlready.title),
        "close": _refusal(caller) or (EscalationUnanswered.title if is_open else None),
    }
    actions = [
        AllowedAction(
            action=action,
            method="POST",
            href=f"/projects/v1/escalations/{row.id}/{path}",
            allowed=reasons[action] is None,
            reason=(reason := reasons[action]) and reason.pick(lang),
        )
        for action, path in (("answer", "answers"), ("close", "closures"))
    ]
    computed = {"is_overdue": row.is_overdue(clock.today()), "allowed_actions": actions}
    return EscalationPublic.model_validate(row.model_dump() | computed)
