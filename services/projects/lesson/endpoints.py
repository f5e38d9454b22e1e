"""Evaluations, lessons, need cards and the requirement backlog over HTTP."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.benefit.rights import action
from services.projects.goal.auth import GoalsLead, GoalsRead
from services.projects.lesson.models import Evaluation, Lesson, NeedCard, Requirement
from services.projects.lesson.schemas import (
    EvaluationChange,
    EvaluationCreate,
    EvaluationPublic,
    LessonChange,
    LessonCreate,
    LessonPublic,
    NeedCardChange,
    NeedCardCreate,
    NeedCardPublic,
    RequirementChange,
    RequirementCreate,
    RequirementPublic,
)
from services.projects.lesson.service import EvaluationShelf, LessonShelf, NeedCardShelf, RequirementShelf
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import refusal_to_lead
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang
from shared.web import ApiModel, AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("lessons")

P = TypeVar("P", bound=ApiModel)


def _show(
    row: Evaluation | Lesson | NeedCard | Requirement, shape: type[P], path: str, caller: Principal, lang: Lang
) -> P:
    refusal = refusal_to_lead(caller, Scope.goals_write)
    actions = [action("change", "PATCH", f"{path}/{row.id}", refusal, lang)]
    return shape.model_validate(row.model_dump() | {"allowed_actions": actions})


async def _evaluations(session: SessionDep) -> EvaluationShelf:
    return EvaluationShelf(session)


EvaluationId = Annotated[UUID, Path(alias="evaluationId")]
Evaluations = Annotated[EvaluationShelf, Depends(_evaluations)]


@router.get(
    "/projects/{projectId}/evaluations",
    name="evaluations_list",
    summary="List evaluations",
    dependencies=[AsOf],
)
async def evaluations_list(
    project_id: ProjectId,
    caller: GoalsRead,
    projects: Projects,
    shelf: Evaluations,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[EvaluationPublic]:
    """Evaluations, oldest first."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await shelf.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.id],
        show=lambda row: _show(row, EvaluationPublic, "/evaluations", caller, lang),
    )


@router.post(
    "/projects/{projectId}/evaluations",
    name="evaluations_create",
    status_code=201,
    summary="Add an evaluation",
)
async def evaluations_create(
    project_id: ProjectId,
    body: EvaluationCreate,
    caller: GoalsLead,
    shelf: Evaluations,
    lang: LangDep,
    request: Request,
    response: Response,
) -> EvaluationPublic:
    """Plan an evaluation: why, what, how, and when the data is collected."""
    row = await shelf.add(project_id, body, caller)
    created(response, request, f"/projects/v1/evaluations/{row.id}")
    etag(response, row.version)
    return _show(row, EvaluationPublic, "/evaluations", caller, lang)


@router.get(
    "/evaluations/{evaluationId}",
    name="evaluations_get",
    summary="Read an evaluation",
    dependencies=[AsOf],
)
async def evaluations_get(
    row_id: EvaluationId, caller: GoalsRead, shelf: Evaluations, lang: LangDep, response: Response
) -> EvaluationPublic:
    """One of them."""
    row = await shelf.get(row_id)
    etag(response, row.version)
    return _show(row, EvaluationPublic, "/evaluations", caller, lang)


@router.patch(
    "/evaluations/{evaluationId}",
    name="evaluations_patch",
    summary="Change an evaluation",
    responses=problem_responses(412, 428),
)
async def evaluations_patch(
    row_id: EvaluationId,
    body: EvaluationChange,
    caller: GoalsLead,
    version: IfMatch,
    shelf: Evaluations,
    lang: LangDep,
    response: Response,
) -> EvaluationPublic:
    """Change an evaluation, or complete it."""
    row = await shelf.change(row_id, version, body, caller)
    etag(response, row.version)
    return _show(row, EvaluationPublic, "/evaluations", caller, lang)


async def _lessons(session: SessionDep) -> LessonShelf:
    return LessonShelf(session)


LessonId = Annotated[UUID, Path(alias="lessonId")]
Lessons = Annotated[LessonShelf, Depends(_lessons)]


@router.get(
    "/projects/{projectId}/lessons",
    name="lessons_list",
    summary="List lessons and status facts",
    dependencies=[AsOf],
)
async def lessons_list(
    project_id: ProjectId,
    caller: GoalsRead,
    projects: Projects,
    shelf: Lessons,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[LessonPublic]:
    """What was learnt, how far things are, and the steps of the quality loop."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await shelf.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.id],
        show=lambda row: _show(row, LessonPublic, "/lessons", caller, lang),
    )


@router.post("/projects/{projectId}/lessons", name="lessons_create", status_code=201, summary="Add a lesson")
async def lessons_create(
    project_id: ProjectId,
    body: LessonCreate,
    caller: GoalsLead,
    shelf: Lessons,
    lang: LangDep,
    request: Request,
    response: Response,
) -> LessonPublic:
    """Write down a lesson or a fact about how far things are."""
    row = await shelf.add(project_id, body, caller)
    created(response, request, f"/projects/v1/lessons/{row.id}")
    etag(response, row.version)
    return _show(row, LessonPublic, "/lessons", caller, lang)


@router.get("/lessons/{lessonId}", name="lessons_get", summary="Read a lesson", dependencies=[AsOf])
async def lessons_get(
    row_id: LessonId, caller: GoalsRead, shelf: Lessons, lang: LangDep, response: Response
) -> LessonPublic:
    """One of them."""
    row = await shelf.get(row_id)
    etag(response, row.version)
    return _show(row, LessonPublic, "/lessons", caller, lang)


@router.patch(
    "/lessons/{lessonId}",
    name="lessons_patch",
    summary="Change a lesson",
    responses=problem_responses(412, 428),
)
async def lessons_patch(
    row_id: LessonId,
    body: LessonChange,
    caller: GoalsLead,
    version: IfMatch,
    shelf: Lessons,
    lang: LangDep,
    response: Response,
) -> LessonPublic:
    """Change a lesson, or write what this project makes of it."""
    row = await shelf.change(row_id, version, body, caller)
    etag(response, row.version)
    return _show(row, LessonPublic, "/lessons", caller, lang)


async def _need_cards(session: SessionDep) -> NeedCardShelf:
    return NeedCardShelf(session)


NeedCardId = Annotated[UUID, Path(alias="needCardId")]
NeedCards = Annotated[NeedCardShelf, Depends(_need_cards)]


@router.get(
    "/projects/{projectId}/need-cards",
    name="need_cards_list",
    summary="List need cards",
    dependencies=[AsOf],
)
async def need_cards_list(
    project_id: ProjectId,
    caller: GoalsRead,
    projects: Projects,
    shelf: NeedCards,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[NeedCardPublic]:
    """What each group gains, suffers and needs."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await shelf.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.id],
        show=lambda row: _show(row, NeedCardPublic, "/need-cards", caller, lang),
    )


@router.post(
    "/projects/{projectId}/need-cards",
    name="need_cards_create",
    status_code=201,
    summary="Add a need card",
)
async def need_cards_create(
    project_id: ProjectId,
    body: NeedCardCreate,
    caller: GoalsLead,
    shelf: NeedCards,
    lang: LangDep,
    request: Request,
    response: Response,
) -> NeedCardPublic:
    """Add the card of a group."""
    row = await shelf.add(project_id, body, caller)
    created(response, request, f"/projects/v1/need-cards/{row.id}")
    etag(response, row.version)
    return _show(row, NeedCardPublic, "/need-cards", caller, lang)


@router.get("/need-cards/{needCardId}", name="need_cards_get", summary="Read a need card", dependencies=[AsOf])
async def need_cards_get(
    row_id: NeedCardId, caller: GoalsRead, shelf: NeedCards, lang: LangDep, response: Response
) -> NeedCardPublic:
    """One of them."""
    row = await shelf.get(row_id)
    etag(response, row.version)
    return _show(row, NeedCardPublic, "/need-cards", caller, lang)


@router.patch(
    "/need-cards/{needCardId}",
    name="need_cards_patch",
    summary="Change a need card",
    responses=problem_responses(412, 428),
)
async def need_cards_patch(
    row_id: NeedCardId,
    body: NeedCardChange,
    caller: GoalsLead,
    version: IfMatch,
    shelf: NeedCards,
    lang: LangDep,
    response: Response,
) -> NeedCardPublic:
    """Change a card."""
    row = await shelf.change(row_id, version, body, caller)
    etag(response, row.version)
    return _show(row, NeedCardPublic, "/need-cards", caller, lang)


async def _requirements(session: SessionDep) -> RequirementShelf:
    return RequirementShelf(session)


RequirementId = Annotated[UUID, Path(alias="requirementId")]
Requirements = Annotated[RequirementShelf, Depends(_requirements)]


@router.get(
    "/projects/{projectId}/requirements",
    name="requirements_list",
    summary="List the requirement backlog",
    dependencies=[AsOf],
)
async def requirements_list(
    project_id: ProjectId,
    caller: GoalsRead,
    projects: Projects,
    shelf: Requirements,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[RequirementPublic]:
    """Wishes, with those that need a legal review marked."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await shelf.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.id],
        show=lambda row: _show(row, RequirementPublic, "/requirements", caller, lang),
    )


@router.post(
    "/projects/{projectId}/requirements",
    name="requirements_create",
    status_code=201,
    summary="Add a requirement",
)
async def requirements_create(
    project_id: ProjectId,
    body: RequirementCreate,
    caller: GoalsLead,
    shelf: Requirements,
    lang: LangDep,
    request: Request,
    response: Response,
) -> RequirementPublic:
    """Add a wish to the backlog."""
    row = await shelf.add(project_id, body, caller)
    created(response, request, f"/projects/v1/requirements/{row.id}")
    etag(response, row.version)
    return _show(row, RequirementPublic, "/requirements", caller, lang)


@router.get(
    "/requirements/{requirementId}",
    name="requirements_get",
    summary="Read a requirement",
    dependencies=[AsOf],
)
async def requirements_get(
    row_id: RequirementId, caller: GoalsRead, shelf: Requirements, lang: LangDep, response: Response
) -> RequirementPublic:
    """One of them."""
    row = await shelf.get(row_id)
    etag(response, row.version)
    return _show(row, RequirementPublic, "/requirements", caller, lang)


@router.patch(
    "/requirements/{requirementId}",
    name="requirements_patch",
    summary="Change a requirement",
    responses=problem_responses(412, 428),
)
async def requirements_patch(
    row_id: RequirementId,
    body: RequirementChange,
    caller: GoalsLead,
    version: IfMatch,
    shelf: Requirements,
    lang: LangDep,
    response: Response,
) -> RequirementPublic:
    """Change, review, accept or reject a requirement."""
    row = await shelf.change(row_id, version, body, caller)
    etag(response, row.version)
    return _show(row, RequirementPublic, "/requirements", caller, lang)
