"""Scores: computed from the responses, small groups hidden, and told as a signal that gates read."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit.small_counts import hidden
from services.projects.plan.vocabulary import FactKind
from services.projects.signal.service import SignalService
from services.projects.survey.models import Survey, SurveyDefinition
from services.projects.survey.questions import Question, mean, score_of
from services.projects.survey.repository import SurveyRepository
from services.projects.survey.vocabulary import Respondent


@dataclass(frozen=True)
class Score:
    """A score in percent of so many responses; both are None where they must not be shown."""

    score: Decimal | None
    responses: int | None
    is_suppressed: bool = False


_HIDDEN = Score(None, None, is_suppressed=True)


@dataclass(frozen=True)
class Scored:
    """What a survey came to; `questions` is empty where the whole is hidden."""

    overall: Score
    units: dict[UUID, Score]
    questions: dict[str, Decimal | None]


class ScoreService:
    """The scores of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._surveys = SurveyRepository(session)

    async def of(self, survey: Survey, definition: SurveyDefinition) -> Scored:
        """What may be shown now. Of people nothing is, while the survey is open."""
        asks_people = definition.respondent == Respondent.person
        if asks_people and survey.closed_at is None:
            return Scored(_HIDDEN, {}, {})
        questions = [Question.model_validate(one) for one in definition.questions]
        scale = (definition.scale_min, definition.scale_max)
        responses = await self._surveys.responses(survey.id)
        by_unit: dict[UUID, list[Decimal | None]] = defaultdict(list)
        for response in responses:
            by_unit[response.unit_id].append(score_of(questions, scale, response.answers))
        # A mean is of those who gave a scored answer: they are the group that may be too small.
        sizes = {unit: sum(score is not None for score in scores) for unit, scores in by_unit.items()}
        gone, whole_gone = hidden(sizes, sum(sizes.values())) if asks_people else (frozenset[UUID](), False)
        units = {
            unit: _HIDDEN if unit in gone else Score(mean(scores), len(scores)) for unit, scores in by_unit.items()
        }
        if whole_gone:
            return Scored(_HIDDEN, units, {})
        overall = Score(mean([score for scores in by_unit.values() for score in scores]), len(responses))
        shares = {
            question.key: [question.share(one.answers[question.key], scale) for one in responses]
            for question in questions
            if question.span(scale) is not None
        }
        percents = {
            key: mean([None if share is None else share * 100 for share in of_key]) for key, of_key in shares.items()
        }
        if asks_people:  # of a question that few have given a scored answer, the few would be shown
            percents = {
                key: None if hidden({}, sum(share is not None for share in shares[key]))[1] else percent
                for key, percent in percents.items()
            }
        return Scored(overall, units, percents)

    async def tell_score(self, survey: Survey, definition: SurveyDefinition) -> int:
        """Tell the score as the project's signal under the survey's key; returns how many responses there are."""
        await self._session.flush()
        scored = await self.of(survey, definition)
        overall = scored.overall
        value = {
            "score": None if overall.score is None else float(overall.score),
            "responses": overall.responses or 0,
        }
        await SignalService(self._session).tell_own(
            FactKind.survey_score, value, project_id=survey.project_id, key=definition.key
        )
        return overall.responses or 0
