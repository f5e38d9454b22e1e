"""Matrix assessments over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.assessment.models import AssessmentMatrix, MatrixAssessment
from services.projects.assessment.schemas import (
    AssessmentMatrixChange,
    AssessmentMatrixCreate,
    AssessmentMatrixPublic,
    MatrixAssessmentChange,
    MatrixAssessmentCreate,
    MatrixAssessmentPublic,
)
from services.projects.assessment.service import AssessmentService
from services.projects.benefit.rights import WRITERS, action, refusal_to_answer
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import refusal_to_lead
from services.projects.survey.auth import ScoresRead, SurveysLead
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("matrix-assessments")

MatrixId = Annotated[UUID, Path(alias="assessmentMatrixId")]
AssessmentId = Annotated[UUID, Path(alias="matrixAssessmentId")]
AssessmentsAnswer = Annotated[Principal, requires(Scope.surveys_write, WRITERS)]


async def _service(session: SessionDep) -> AssessmentService:
    return AssessmentService(session)


Assessments = Annotated[AssessmentService, Depends(_service)]


@router.get(
    "/projects/{projectId}/assessment-matrices",
    name="assessment_matrices_list",
    summary="List the matrices",
    dependencies=[AsOf],
)
async def assessment_matrices_list(
    project_id: ProjectId,
    caller: ScoresRead,
    projects: Projects,
    assessments: Assessments,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[AssessmentMatrixPublic]:
    """Matrices of areas and levels; one that is empty waits for the customer's content."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await assessments.matrices_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _matrix(row, caller, lang))


@router.post(
    "/projects/{projectId}/assessment-matrices",
    name="assessment_matrices_create",
    status_code=201,
    summary="Add a matrix",
)
async def assessment_matrices_create(
    project_id: ProjectId,
    body: AssessmentMatrixCreate,
    caller: SurveysLead,
    assessments: Assessments,
    lang: LangDep,
    request: Request,
    response: Response,
) -> AssessmentMatrixPublic:
    """Add a matrix by which units assess themselves."""
    matrix = await assessments.add_matrix(project_id, body, caller)
    created(response, request, f"/projects/v1/assessment-matrices/{matrix.id}")
    etag(response, matrix.version)
    return _matrix(matrix, caller, lang)


@router.get(
    "/assessment-matrices/{assessmentMatrixId}",
    name="assessment_matrices_get",
    summary="Read a matrix",
    dependencies=[AsOf],
)
async def assessment_matrices_get(
    matrix_id: MatrixId, caller: ScoresRead, assessments: Assessments, lang: LangDep, response: Response
) -> AssessmentMatrixPublic:
    """One matrix."""
    matrix = await assessments.matrix(matrix_id)
    etag(response, matrix.version)
    return _matrix(matrix, caller, lang)


@router.patch(
    "/assessment-matrices/{assessmentMatrixId}",
    name="assessment_matrices_patch",
    summary="Fill a matrix in",
    responses=problem_responses(412, 428),
)
async def assessment_matrices_patch(
    matrix_id: MatrixId,
    body: AssessmentMatrixChange,
    caller: SurveysLead,
    version: IfMatch,
    assessments: Assessments,
    lang: LangDep,
    response: Response,
) -> AssessmentMatrixPublic:
    """Change the areas and levels of a matrix; what somebody has used stays."""
    matrix = await assessments.change_matrix(matrix_id, version, body, caller)
    etag(response, matrix.version)
    return _matrix(matrix, caller, lang)


@router.get(
    "/assessment-matrices/{assessmentMatrixId}/assessments",
    name="matrix_assessments_list",
    summary="List the assessments in a matrix",
    dependencies=[AsOf],
)
async def matrix_assessments_list(
    matrix_id: MatrixId,
    caller: ScoresRead,
    assessments: Assessments,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[MatrixAssessmentPublic]:
    """What units have said about themselves, per period."""
    await assessments.matrix(matrix_id)
    after = page.keys(UUID)
    rows = await assessments.list_after(matrix_id, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _assessment(row, caller, lang))


@router.post(
    "/assessment-matrices/{assessmentMatrixId}/assessments",
    name="matrix_assessments_create",
    status_code=201,
    summary="Assess a unit",
)
async def matrix_assessments_create(
    matrix_id: MatrixId,
    body: MatrixAssessmentCreate,
    caller: AssessmentsAnswer,
    assessments: Assessments,
    lang: LangDep,
    request: Request,
    response: Response,
) -> MatrixAssessmentPublic:
    """Assess a unit in a period, as its head or as a leader."""
    assessment = await assessments.add(matrix_id, body, caller)
    created(response, request, f"/projects/v1/matrix-assessments/{assessment.id}")
    etag(response, assessment.version)
    return _assessment(assessment, caller, lang)


@router.get(
    "/matrix-assessments/{matrixAssessmentId}",
    name="matrix_assessments_get",
    summary="Read an assessment",
    dependencies=[AsOf],
)
async def matrix_assessments_get(
    assessment_id: AssessmentId, caller: ScoresRead, assessments: Assessments, lang: LangDep, response: Response
) -> MatrixAssessmentPublic:
    """One unit's assessment in one period."""
    assessment = await assessments.get(assessment_id)
    etag(response, assessment.version)
    return _assessment(assessment, caller, lang)


@router.patch(
    "/matrix-assessments/{matrixAssessmentId}",
    name="matrix_assessments_patch",
    summary="Change an assessment",
    responses=problem_responses(412, 428),
)
async def matrix_assessments_patch(
    assessment_id: AssessmentId,
    body: MatrixAssessmentChange,
    caller: AssessmentsAnswer,
    version: IfMatch,
    assessments: Assessments,
    lang: LangDep,
    response: Response,
) -> MatrixAssessmentPublic:
    """Change the levels of an assessment."""
    assessment = await assessments.change(assessment_id, version, body, caller)
    etag(response, assessment.version)
    return _assessment(assessment, caller, lang)


def _matrix(matrix: AssessmentMatrix, caller: Principal, lang: Lang) -> AssessmentMatrixPublic:
    refusal = refusal_to_lead(caller, Scope.surveys_write)
    computed = {
        "is_empty": not (matrix.areas and matrix.levels),
        "allowed_actions": [action("change", "PATCH", f"/assessment-matrices/{matrix.id}", refusal, lang)],
    }
    return AssessmentMatrixPublic.model_validate(matrix.model_dump() | computed)


def _assessment(assessment: MatrixAssessment, caller: Principal, lang: Lang) -> MatrixAssessmentPublic:
    refusal = refusal_to_answer(caller, Scope.surveys_write, assessment.unit_id)
    path = f"/matrix-assessments/{assessment.id}"
    computed = {"allowed_actions": [action("change", "PATCH", path, refusal, lang)]}
    return MatrixAssessmentPublic.model_validate(assessment.model_dump() | computed)
