"""Rounds of a survey: opened for units, closed by hand or by time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import rows
from services.projects.benefit.boxes import destroy_box, open_box
from services.projects.benefit.errors import RowUnknown
from services.projects.benefit.known import demand_units
from services.projects.benefit.tell import tell
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.service import ProjectService
from services.projects.survey.errors import SurveyEmpty, SurveyNotFound, SurveyNotOpen
from services.projects.survey.models import Survey, SurveyDefinition, SurveyUnit
from services.projects.survey.repository import SurveyRepository
from services.projects.survey.schemas import SurveyCreate
from services.projects.survey.service.scores import ScoreService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.contracts.projects_steering import SurveyClosed
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.queue.jobs import start_job
from shared.queue.outbox import publish

CLOSE = "surveys.close"
"""The job that closes a survey on the day after its last."""
_ZONE = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True)
class SurveyView:
    """A round, what it asks and whom."""

    survey: Survey
    definition: SurveyDefinition
    unit_ids: list[UUID]

    def state(self, today: date) -> Literal["planned", "open", "over", "closed"]:
        if self.survey.closed_at is not None:
            return "closed"
        if today < self.survey.opens_on:
            return "planned"
        return "open" if today <= self.survey.closes_on else "over"


class SurveyService:
    """The rounds of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._surveys = SurveyRepository(session)

    async def get(self, survey_id: UUID, *, lock: bool = False) -> SurveyView:
        """Raises SurveyNotFound."""
        survey = await rows.get(self._session, Survey, survey_id, SurveyNotFound, lock=lock)
        return (await self.views([survey]))[0]

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> list[SurveyView]:
        return await self.views(
            await rows.page(self._session, Survey, after, limit, col(Survey.project_id) == project_id)
        )

    async def views(self, surveys: Sequence[Survey]) -> list[SurveyView]:
        wanted = {survey.definition_id for survey in surveys}
        found = await rows.find(self._session, SurveyDefinition, col(SurveyDefinition.id).in_(wanted))
        definitions = {one.id: one for one in found}
        units = await self._surveys.units([survey.id for survey in surveys])
        return [
            SurveyView(
                one, definitions[one.definition_id], [unit.unit_id for unit in units if unit.survey_id == one.id]
            )
            for one in surveys
        ]

    async def add(self, project_id: UUID, wanted: SurveyCreate, caller: Principal) -> SurveyView:
        """Raises ProjectNotFound, ProjectClosed, NotYours, RowUnknown, SurveyEmpty, UnitsUnknown."""
        await ProjectService(self._session).get_active(project_id)
        demand(refusal_to_lead(caller, Scope.surveys_write))
        definition = await self._definition(project_id, wanted.definition_id)
        if not definition.questions:
            raise SurveyEmpty()
        await demand_units(self._session, wanted.unit_ids)
        survey = Survey(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            definition_id=definition.id,
            title=wanted.title.model_dump() if wanted.title else definition.title,
            opens_on=wanted.opens_on,
            closes_on=wanted.closes_on,
        )
        self._session.add(survey)
        await self._session.flush()
        for unit_id in sorted(set(wanted.unit_ids)):
            self._session.add(SurveyUnit(tenant_id=survey.tenant_id, survey_id=survey.id, unit_id=unit_id))
        if definition.is_anonymous:
            await open_box(self._session, survey.id)
        after = {"definition_id": definition.id, "opens_on": survey.opens_on, "closes_on": survey.closes_on}
        await tell(self._session, "survey", "add", survey, project_id=project_id, after=after)
        await self._close_in_time(survey)
        return await self.get(survey.id)

    async def close(self, survey_id: UUID, caller: Principal) -> SurveyView:
        """Raises SurveyNotFound, NotYours, SurveyNotOpen where it is closed already."""
        view = await self.get(survey_id, lock=True)
        demand(refusal_to_lead(caller, Scope.surveys_write))
        if view.survey.closed_at is not None:
            raise SurveyNotOpen()
        await self._close(view)
        return view

    async def close_if_over(self, survey_id: UUID) -> bool:
        """Close a survey whose last day has passed; True when it did."""
        view = await self.get(survey_id, lock=True)
        if view.state(clock.today()) != "over":
            return False
        await self._close(view)
        return True

    async def _close(self, view: SurveyView) -> None:
        survey = view.survey
        survey.closed_at = clock.now()
        survey.touch()
        await destroy_box(self._session, survey.id)
        await tell(self._session, "survey", "close", survey, project_id=survey.project_id)
        responses = await ScoreService(self._session).tell_score(survey, view.definition)
        event = SurveyClosed(project_id=survey.project_id, survey_id=survey.id, responses=responses)
        await publish(self._session, event)

    async def _definition(self, project_id: UUID, definition_id: UUID) -> SurveyDefinition:
        found = await rows.find(
            self._session,
            SurveyDefinition,
            SurveyDefinition.id == definition_id,
            SurveyDefinition.project_id == project_id,
        )
        if not found:
            raise RowUnknown("#/definitionId")
        return found[0]

    async def _close_in_time(self, survey: Survey) -> None:
        morning = datetime.combine(survey.closes_on + timedelta(days=1), time(), _ZONE)
        delay = max(morning - clock.now(), timedelta(0)) + timedelta(seconds=1)
        await start_job(self._session, CLOSE, {"survey": survey.id}, after=delay)
