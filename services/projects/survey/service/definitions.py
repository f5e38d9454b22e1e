"""What is asked: definitions in revisions, those of templates, and our own readiness set."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import rows
from services.projects.benefit.tell import tell
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.service import ProjectService
from services.projects.survey import readiness
from services.projects.survey.errors import SurveyDefinitionNotFound
from services.projects.survey.models import SurveyDefinition
from services.projects.survey.questions import FORMULA, Question
from services.projects.survey.repository import SurveyRepository
from services.projects.survey.schemas import SurveyDefinitionCreate
from services.projects.survey.vocabulary import Respondent, SurveySource
from services.projects.template.delivery import Survey as SurveyTemplate
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.db import tenant_of

_KEPT_ELSEWHERE = ("matrix", "poll")
"""Kinds of a template's surveys that are a matrix assessment or a poll here."""


class DefinitionService:
    """The survey definitions of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._surveys = SurveyRepository(session)

    async def get(self, definition_id: UUID) -> SurveyDefinition:
        """Raises SurveyDefinitionNotFound."""
        return await rows.get(self._session, SurveyDefinition, definition_id, SurveyDefinitionNotFound)

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[SurveyDefinition]:
        return await rows.page(
            self._session, SurveyDefinition, after, limit, col(SurveyDefinition.project_id) == project_id
        )

    async def add(self, project_id: UUID, wanted: SurveyDefinitionCreate, caller: Principal) -> SurveyDefinition:
        """Raises ProjectNotFound, ProjectClosed, NotYours. A known key gets its next revision."""
        await ProjectService(self._session).get_active(project_id)
        demand(refusal_to_lead(caller, Scope.surveys_write))
        given = wanted.model_dump(mode="json", by_alias=False)
        return await self._add(project_id, given | {"source": SurveySource.own.value})

    async def add_readiness(self, project_id: UUID, caller: Principal) -> SurveyDefinition:
        """Take our own readiness set into the project. Raises ProjectNotFound, ProjectClosed, NotYours."""
        await ProjectService(self._session).get_active(project_id)
        demand(refusal_to_lead(caller, Scope.surveys_write))
        title, source = readiness.TITLE.model_dump(), SurveySource.startklar
        return await self._add(project_id, _set_of(readiness.KEY, title, readiness.QUESTIONS, source))

    async def add_from_template(
        self, project_id: UUID, surveys: Sequence[SurveyTemplate], options: Mapping[str, Any]
    ) -> int:
        """Write the surveys of a template that the project lacks, by key; returns how many it wrote.

        One whose questions the source keeps elsewhere comes empty and marked. Topics of ours fill it only where the
        project's option says so, and then they are marked as ours.
        """
        known = await self._surveys.known_keys(project_id)
        fresh = [row for row in surveys if row.key not in known and row.kind not in _KEPT_ELSEWHERE]
        for row in fresh:
            uses_topics = row.topics_enabled_if is None or bool(options.get(row.topics_enabled_if))
            topics = [Question(key=one.key, title=one.title) for one in row.topics if uses_topics]
            asked = [_question(one) for one in row.questions] or topics
            ours = any(one.basis == "startklar" for one in row.topics)
            source = SurveySource.startklar if asked and not row.questions and ours else SurveySource.template
            given = _set_of(row.key, row.title.model_dump(), asked, source)
            given |= {"source_ref": row.source_ref, "source_text": row.source_text}
            given["audience"] = row.audience.model_dump() if row.audience else None
            self._session.add(SurveyDefinition(tenant_id=tenant_of(self._session), project_id=project_id, **given))
        await self._session.flush()
        return len(fresh)

    async def _add(self, project_id: UUID, given: dict[str, Any]) -> SurveyDefinition:
        revision = await self._surveys.last_revision(project_id, given["key"]) + 1
        definition = SurveyDefinition(
            tenant_id=tenant_of(self._session), project_id=project_id, **(given | {"revision": revision})
        )
        self._session.add(definition)
        after = {"key": definition.key, "revision": revision}
        await tell(self._session, "survey_definition", "add", definition, project_id=project_id, after=after)
        return definition


def _set_of(key: str, title: dict[str, Any], questions: Sequence[Question], source: SurveySource) -> dict[str, Any]:
    """A set that units answer on a scale from 1 to 5."""
    return {
        "key": key,
        "title": title,
        "source": source.value,
        "respondent": Respondent.unit.value,
        "is_anonymous": False,
        "scale_min": 1,
        "scale_max": 5,
        "questions": [question.model_dump(mode="json") for question in questions],
        "formula_version": FORMULA,
    }


def _question(row: Any) -> Question:
    return Question(key=row.key, title=row.title, kind=row.kind, levels=list(row.levels), choices=list(row.choices))
