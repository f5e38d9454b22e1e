"""Surveys over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response
from fastapi.routing import APIRoute

from services.projects.project.endpoints import ProjectId, Projects
from services.projects.survey.auth import CommentsRead, ScoresRead, SurveysAnswer, SurveysLead, SurveysRead
from services.projects.survey.schemas import (
    SurveyAnswer,
    SurveyCommentPublic,
    SurveyCreate,
    SurveyDefinitionCreate,
    SurveyDefinitionPublic,
    SurveyPublic,
    SurveyReceipt,
    SurveyScorePublic,
)
from services.projects.survey.service import AnswerService, DefinitionService, ScoreService, SurveyService
from services.projects.survey.view import show_definition, show_score, show_survey
from shared.kit import clock
from shared.web import AsOf, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router

router = new_router("surveys")

SurveyId = Annotated[UUID, Path(alias="surveyId")]
DefinitionId = Annotated[UUID, Path(alias="surveyDefinitionId")]


async def _definitions(session: SessionDep) -> DefinitionService:
    return DefinitionService(session)


async def _surveys(session: SessionDep) -> SurveyService:
    return SurveyService(session)


Definitions = Annotated[DefinitionService, Depends(_definitions)]
Surveys = Annotated[SurveyService, Depends(_surveys)]


@router.get(
    "/projects/{projectId}/survey-definitions",
    name="survey_definitions_list",
    summary="List the surveys' questions",
    dependencies=[AsOf],
)
async def survey_definitions_list(
    project_id: ProjectId,
    caller: SurveysRead,
    projects: Projects,
    definitions: Definitions,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[SurveyDefinitionPublic]:
    """Definitions in all their revisions. An empty one stands for questions that the source keeps elsewhere."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await definitions.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: show_definition(row, caller, lang))


@router.post(
    "/projects/{projectId}/survey-definitions",
    name="survey_definitions_create",
    status_code=201,
    summary="Write a survey's questions",
)
async def survey_definitions_create(
    project_id: ProjectId,
    body: SurveyDefinitionCreate,
    caller: SurveysLead,
    definitions: Definitions,
    lang: LangDep,
    request: Request,
    response: Response,
) -> SurveyDefinitionPublic:
    """Write questions, or the next revision of those with this key."""
    definition = await definitions.add(project_id, body, caller)
    created(response, request, f"/projects/v1/survey-definitions/{definition.id}")
    return show_definition(definition, caller, lang)


@router.post(
    "/projects/{projectId}/readiness-sets",
    name="readiness_sets_create",
    status_code=201,
    summary="Take over our readiness questions",
)
async def readiness_sets_create(
    project_id: ProjectId,
    caller: SurveysLead,
    definitions: Definitions,
    lang: LangDep,
    request: Request,
    response: Response,
) -> SurveyDefinitionPublic:
    """Add our own eight topics of readiness, marked as ours: no source has them. Needs no body."""
    definition = await definitions.add_readiness(project_id, caller)
    created(response, request, f"/projects/v1/survey-definitions/{definition.id}")
    return show_definition(definition, caller, lang)


@router.get(
    "/survey-definitions/{surveyDefinitionId}",
    name="survey_definitions_get",
    summary="Read a survey's questions",
    dependencies=[AsOf],
)
async def survey_definitions_get(
    definition_id: DefinitionId, caller: SurveysRead, definitions: Definitions, lang: LangDep
) -> SurveyDefinitionPublic:
    """One revision of a survey's questions."""
    return show_definition(await definitions.get(definition_id), caller, lang)


@router.get(
    "/projects/{projectId}/surveys",
    name="surveys_list",
    summary="List the surveys of a project",
    dependencies=[AsOf],
)
async def surveys_list(
    project_id: ProjectId,
    caller: SurveysRead,
    projects: Projects,
    surveys: Surveys,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[SurveyPublic]:
    """Rounds, oldest first."""
    await projects.get(project_id)
    after, today = page.keys(UUID), clock.today()
    views = await surveys.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        views,
        key=lambda view: [view.survey.id],
        show=lambda view: show_survey(view, caller, lang, today),
    )


@router.post("/projects/{projectId}/surveys", name="surveys_create", status_code=201, summary="Open a survey")
async def surveys_create(
    project_id: ProjectId,
    body: SurveyCreate,
    caller: SurveysLead,
    surveys: Surveys,
    lang: LangDep,
    request: Request,
    response: Response,
) -> SurveyPublic:
    """Ask units, or the people in them, from one day to another. It closes by itself after the last."""
    view = await surveys.add(project_id, body, caller)
    created(response, request, f"/projects/v1/surveys/{view.survey.id}")
    etag(response, view.survey.version)
    return show_survey(view, caller, lang, clock.today())


@router.get("/surveys/{surveyId}", name="surveys_get", summary="Read a survey", dependencies=[AsOf])
async def surveys_get(
    survey_id: SurveyId, caller: SurveysRead, surveys: Surveys, lang: LangDep, response: Response
) -> SurveyPublic:
    """One round."""
    view = await surveys.get(survey_id)
    etag(response, view.survey.version)
    return show_survey(view, caller, lang, clock.today())


async def survey_responses_create(
    survey_id: SurveyId, body: SurveyAnswer, caller: SurveysAnswer, session: SessionDep
) -> SurveyReceipt:
    """Answer once: for a unit as its head, or as a person with a role there. A second answer is refused.

    There is no Idempotency-Key here: what is kept with one could tell who gave an anonymous answer.
    """
    await AnswerService(session).answer(survey_id, body, caller)
    return SurveyReceipt(survey_id=survey_id, is_counted=True)


router.add_api_route(
    "/surveys/{surveyId}/responses",
    survey_responses_create,
    methods=["POST"],
    status_code=201,
    summary="Answer a survey",
    route_class_override=APIRoute,
)


@router.get(
    "/surveys/{surveyId}/scores",
    name="survey_scores_get",
    summary="Read a survey's score",
    dependencies=[AsOf],
)
async def survey_scores_get(
    survey_id: SurveyId, caller: ScoresRead, surveys: Surveys, session: SessionDep
) -> SurveyScorePublic:
    """The score as a whole, per unit and per question. Groups of fewer than five people are hidden, and marked."""
    view = await surveys.get(survey_id)
    scored = await ScoreService(session).of(view.survey, view.definition)
    return show_score(view, scored, await AnswerService(session).answered_units(survey_id))


@router.get(
    "/surveys/{surveyId}/comments",
    name="survey_comments_list",
    summary="List the free texts of a survey",
    dependencies=[AsOf],
)
async def survey_comments_list(
    survey_id: SurveyId,
    caller: CommentsRead,
    surveys: Surveys,
    session: SessionDep,
    request: Request,
    page: PageDep,
) -> Page[SurveyCommentPublic]:
    """What was written, for the customer's leaders, and for a head of the own unit where units answer. Never tied to
    a response; of people only after the survey has closed, with at least five answers."""
    view, after = await surveys.get(survey_id), page.keys(UUID)
    rows = await AnswerService(session).comments(view, caller, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=SurveyCommentPublic.model_validate)


@router.post("/surveys/{surveyId}/closures", name="survey_closures_create", summary="Close a survey")
async def survey_closures_create(
    survey_id: SurveyId, caller: SurveysLead, surveys: Surveys, lang: LangDep
) -> SurveyPublic:
    """Take no more answers, tell the score, and forget who has answered an anonymous survey."""
    return show_survey(await surveys.close(survey_id, caller), caller, lang, clock.today())
