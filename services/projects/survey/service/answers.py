"""Answering. Of an anonymous answer nothing is journaled and nothing is told: both would say who and when."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import rows
from services.projects.benefit.ballots import anonymous_id
from services.projects.benefit.boxes import cast
from services.projects.benefit.rights import NOT_YOUR_UNIT, refusal_to_answer, units_whose_texts
from services.projects.benefit.small_counts import SMALLEST
from services.projects.benefit.tell import tell
from services.projects.project.rights import ONLY_CUSTOMER, SCOPE_MISSING, demand
from services.projects.survey.errors import AlreadyAnswered, AnswersInvalid, SurveyNotOpen, UnitNotInvited
from services.projects.survey.models import SurveyComment, SurveyResponse
from services.projects.survey.questions import Question, faults
from services.projects.survey.repository import SurveyRepository
from services.projects.survey.schemas import SurveyAnswer
from services.projects.survey.service.rounds import SurveyService, SurveyView
from services.projects.survey.service.scores import ScoreService
from services.projects.survey.vocabulary import Respondent
from shared.auth.principal import Principal
from shared.auth.roles import Role, Side
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.text import Text


def refusal_to_take_part(caller: Principal, view: SurveyView, unit_id: UUID) -> Text | None:
    """Why the caller may not answer: for a unit answers its head, as a person whoever has a role there."""
    if view.definition.respondent == Respondent.unit:
        return refusal_to_answer(caller, Scope.surveys_write, unit_id)
    if Scope.surveys_write not in caller.scopes:
        return SCOPE_MISSING
    if caller.side is not Side.customer:
        return ONLY_CUSTOMER
    units = caller.units_for(*Role)
    return None if units is None or unit_id in units else NOT_YOUR_UNIT


class AnswerService:
    """The answers of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._surveys = SurveyRepository(session)
        self._rounds = SurveyService(session)

    async def answer(self, survey_id: UUID, wanted: SurveyAnswer, caller: Principal) -> None:
        """Raises SurveyNotFound, NotYours, SurveyNotOpen, UnitNotInvited, AnswersInvalid, AlreadyAnswered."""
        view = await self._rounds.get(survey_id, lock=True)
        demand(refusal_to_take_part(caller, view, wanted.unit_id))
        if view.state(clock.today()) != "open":
            raise SurveyNotOpen()
        if wanted.unit_id not in view.unit_ids:
            raise UnitNotInvited()
        definition = view.definition
        questions = [Question.model_validate(one) for one in definition.questions]
        scale = (definition.scale_min, definition.scale_max)
        if wrong := list(faults(questions, scale, wanted.answers, wanted.texts)):
            raise AnswersInvalid(wrong)
        if definition.is_anonymous:
            await self._keep_anonymous(view, wanted, caller)
        else:
            await self._keep_named(view, wanted, caller)

    async def comments(
        self, view: SurveyView, caller: Principal, after: UUID | None, limit: int
    ) -> Sequence[SurveyComment]:
        """The free texts that the caller may read; of people only when it is closed and five have answered."""
        if view.definition.respondent == Respondent.person:
            responses = await self._surveys.responses(view.survey.id)
            if view.survey.closed_at is None or len(responses) < SMALLEST:
                return []
        return await self._surveys.comments(view.survey.id, units_whose_texts(caller), after, limit)

    async def answered_units(self, survey_id: UUID) -> set[UUID]:
        return {response.unit_id for response in await self._surveys.responses(survey_id)}

    async def of_account(self, account_id: UUID) -> Sequence[SurveyResponse]:
        """What somebody answered under their name; anonymous answers are nobody's."""
        return await rows.find(self._session, SurveyResponse, col(SurveyResponse.respondent_id) == account_id)

    async def _keep_anonymous(self, view: SurveyView, wanted: SurveyAnswer, caller: Principal) -> None:
        if not await cast(self._session, view.survey.id, caller.subject):
            raise AlreadyAnswered()
        self._session.add(self._response(view, wanted, {"id": anonymous_id()}))
        self._comment(view, wanted.texts, None, is_anonymous=True)

    async def _keep_named(self, view: SurveyView, wanted: SurveyAnswer, caller: Principal) -> None:
        is_unit = view.definition.respondent == Respondent.unit
        unit_id = wanted.unit_id if is_unit else None
        if await self._surveys.is_answered(view.survey.id, unit_id=unit_id, account_id=caller.subject):
            raise AlreadyAnswered()
        who = {"id": new_id(), "respondent_id": caller.subject, "answered_at": clock.now()}
        self._session.add(self._response(view, wanted, who))
        self._comment(view, wanted.texts, wanted.unit_id if is_unit else None, is_anonymous=False)
        survey = view.survey
        await tell(
            self._session, "survey", "answer", survey, project_id=survey.project_id, after={"unit_id": wanted.unit_id}
        )
        if is_unit:
            await ScoreService(self._session).tell_score(survey, view.definition)

    def _response(self, view: SurveyView, wanted: SurveyAnswer, who: Mapping[str, Any]) -> SurveyResponse:
        return SurveyResponse(
            tenant_id=tenant_of(self._session),
            survey_id=view.survey.id,
            unit_id=wanted.unit_id,
            is_unit=view.definition.respondent == Respondent.unit,
            answers=wanted.answers,
            **who,
        )

    def _comment(self, view: SurveyView, texts: Mapping[str, str], unit_id: UUID | None, *, is_anonymous: bool) -> None:
        for key, body in texts.items():
            self._session.add(
                SurveyComment(
                    tenant_id=tenant_of(self._session),
                    id=anonymous_id() if is_anonymous else new_id(),
                    survey_id=view.survey.id,
                    unit_id=unit_id,
                    question_key=key,
                    body=body,
                )
            )
