"""Matrices that ship empty, and the units' own assessments in them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.assessment.errors import (
    AssessmentExists,
    CellsInvalid,
    MatrixAssessmentNotFound,
    MatrixInUse,
    MatrixKeyTaken,
    MatrixNotFound,
)
from services.projects.assessment.models import AssessmentMatrix, MatrixAssessment
from services.projects.assessment.schemas import (
    AssessmentMatrixChange,
    AssessmentMatrixCreate,
    MatrixAssessmentChange,
    MatrixAssessmentCreate,
)
from services.projects.benefit import rows
from services.projects.benefit.known import demand_units
from services.projects.benefit.rights import refusal_to_answer
from services.projects.benefit.tell import change, tell
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.service import ProjectService
from services.projects.template.delivery import Survey as SurveyTemplate
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.db import tenant_of
from shared.web.preconditions import check_version


class AssessmentService:
    """The matrices and assessments of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def matrix(self, matrix_id: UUID, *, lock: bool = False) -> AssessmentMatrix:
        """Raises MatrixNotFound."""
        return await rows.get(self._session, AssessmentMatrix, matrix_id, MatrixNotFound, lock=lock)

    async def matrices_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[AssessmentMatrix]:
        wanted = col(AssessmentMatrix.project_id) == project_id
        return await rows.page(self._session, AssessmentMatrix, after, limit, wanted)

    async def list_after(self, matrix_id: UUID, after: UUID | None, limit: int) -> Sequence[MatrixAssessment]:
        wanted = col(MatrixAssessment.matrix_id) == matrix_id
        return await rows.page(self._session, MatrixAssessment, after, limit, wanted)

    async def get(self, assessment_id: UUID) -> MatrixAssessment:
        """Raises MatrixAssessmentNotFound."""
        return await rows.get(self._session, MatrixAssessment, assessment_id, MatrixAssessmentNotFound)

    async def add_matrix(self, project_id: UUID, wanted: AssessmentMatrixCreate, caller: Principal) -> AssessmentMatrix:
        """Raises ProjectNotFound, ProjectClosed, NotYours, MatrixKeyTaken."""
        await ProjectService(self._session).get_active(project_id)
        demand(refusal_to_lead(caller, Scope.surveys_write))
        if wanted.key in await self._known_keys(project_id):
            raise MatrixKeyTaken()
        matrix = AssessmentMatrix(
            tenant_id=tenant_of(self._session), project_id=project_id, **wanted.model_dump(mode="json")
        )
        self._session.add(matrix)
        after = {"key": matrix.key}
        await tell(self._session, "assessment_matrix", "add", matrix, project_id=project_id, after=after)
        return matrix

    async def change_matrix(
        self, matrix_id: UUID, version: int, wanted: AssessmentMatrixChange, caller: Principal
    ) -> AssessmentMatrix:
        """Raises MatrixNotFound, NotYours, StaleVersion, MatrixInUse."""
        matrix = await self.matrix(matrix_id, lock=True)
        demand(refusal_to_lead(caller, Scope.surveys_write))
        check_version(version, matrix.version)
        before, after = change(matrix, wanted.model_dump(mode="json", exclude_unset=True), words=frozenset({"title"}))
        for assessment in await rows.find(self._session, MatrixAssessment, MatrixAssessment.matrix_id == matrix.id):
            if misfits(matrix, assessment.cells):
                raise MatrixInUse()
        if after:
            matrix.touch()
            project_id = matrix.project_id
            await tell(
                self._session, "assessment_matrix", "change", matrix, project_id=project_id, before=before, after=after
            )
        return matrix

    async def add_from_template(self, project_id: UUID, surveys: Sequence[SurveyTemplate]) -> int:
        """Write the matrices of a template that the project lacks, by key; returns how many it wrote.

        They come with the source's areas where it has any, and empty and marked where it has none.
        """
        known = await self._known_keys(project_id)
        fresh = [row for row in surveys if row.kind == "matrix" and row.key not in known]
        for row in fresh:
            areas = [{"key": one.key, "title": one.title.model_dump()} for one in row.questions]
            steps = next((one.levels for one in row.questions if one.levels), ())
            matrix = AssessmentMatrix(
                tenant_id=tenant_of(self._session),
                project_id=project_id,
                key=row.key,
                source_ref=row.source_ref,
                title=row.title.model_dump(),
                source_text=row.source_text,
                areas=areas,
                levels=[{"level": level, "title": title.model_dump()} for level, title in enumerate(steps)],
            )
            self._session.add(matrix)
        await self._session.flush()
        return len(fresh)

    async def add(self, matrix_id: UUID, wanted: MatrixAssessmentCreate, caller: Principal) -> MatrixAssessment:
        """Raises MatrixNotFound, NotYours, ProjectClosed, CellsInvalid, UnitsUnknown, AssessmentExists."""
        matrix = await self.matrix(matrix_id, lock=True)
        demand(refusal_to_answer(caller, Scope.surveys_write, wanted.unit_id))
        await ProjectService(self._session).get_active(matrix.project_id)
        await demand_units(self._session, [wanted.unit_id], "#/unitId")
        if wrong := misfits(matrix, wanted.cells):
            raise CellsInvalid(wrong)
        same = await rows.find(
            self._session,
            MatrixAssessment,
            MatrixAssessment.matrix_id == matrix.id,
            MatrixAssessment.unit_id == wanted.unit_id,
            MatrixAssessment.period_start == wanted.period_start,
            MatrixAssessment.period_end == wanted.period_end,
        )
        if same:
            raise AssessmentExists(assessmentId=str(same[0].id))
        assessment = MatrixAssessment(
            tenant_id=matrix.tenant_id, matrix_id=matrix.id, assessed_by=caller.subject, **wanted.model_dump()
        )
        self._session.add(assessment)
        after = {"unit_id": assessment.unit_id, "cells": assessment.cells}
        await tell(self._session, "matrix_assessment", "add", assessment, project_id=matrix.project_id, after=after)
        return assessment

    async def change(
        self, assessment_id: UUID, version: int, wanted: MatrixAssessmentChange, caller: Principal
    ) -> MatrixAssessment:
        """Raises MatrixAssessmentNotFound, NotYours, StaleVersion, CellsInvalid, ProjectClosed."""
        assessment = await rows.get(self._session, MatrixAssessment, assessment_id, MatrixAssessmentNotFound, lock=True)
        demand(refusal_to_answer(caller, Scope.surveys_write, assessment.unit_id))
        check_version(version, assessment.version)
        matrix = await self.matrix(assessment.matrix_id)
        await ProjectService(self._session).get_active(matrix.project_id)
        if wanted.cells is None or wanted.cells == assessment.cells:
            return assessment
        if wrong := misfits(matrix, wanted.cells):
            raise CellsInvalid(wrong)
        before, after = {"cells": assessment.cells}, {"cells": wanted.cells}
        assessment.cells, assessment.assessed_by = wanted.cells, caller.subject
        assessment.touch()
        project_id = matrix.project_id
        await tell(
            self._session,
            "matrix_assessment",
            "change",
            assessment,
            project_id=project_id,
            before=before,
            after=after,
        )
        return assessment

    async def assessed_by(self, account_id: UUID) -> Sequence[MatrixAssessment]:
        return await rows.find(self._session, MatrixAssessment, MatrixAssessment.assessed_by == account_id)

    async def _known_keys(self, project_id: UUID) -> set[str]:
        found = await rows.find(self._session, AssessmentMatrix, AssessmentMatrix.project_id == project_id)
        return {matrix.key for matrix in found}


def misfits(matrix: AssessmentMatrix, cells: Mapping[str, int]) -> list[str]:
    """The areas of these cells that the matrix does not have, or not with that level."""
    areas = {area["key"] for area in matrix.areas}
    levels = {level["level"] for level in matrix.levels}
    return [area for area, level in cells.items() if area not in areas or level not in levels]
