"""Surveys as their caller sees them."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from services.projects.benefit.rights import action
from services.projects.project.rights import refusal_to_lead
from services.projects.survey.errors import SurveyEmpty, SurveyNotOpen
from services.projects.survey.models import SurveyDefinition
from services.projects.survey.questions import FORMULA
from services.projects.survey.schemas import (
    QuestionScorePublic,
    ScorePublic,
    SurveyDefinitionPublic,
    SurveyPublic,
    SurveyScorePublic,
    UnitScorePublic,
)
from services.projects.survey.service import Score, Scored, SurveyView
from services.projects.survey.vocabulary import Respondent
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang


def show_definition(definition: SurveyDefinition, caller: Principal, lang: Lang) -> SurveyDefinitionPublic:
    refusal = refusal_to_lead(caller, Scope.surveys_write)
    refusal = refusal or (None if definition.questions else SurveyEmpty.title)
    path = f"/projects/{definition.project_id}/surveys"
    computed = {
        "is_empty": not definition.questions,
        "allowed_actions": [action("open_survey", "POST", path, refusal, lang)],
    }
    return SurveyDefinitionPublic.model_validate(definition.model_dump() | computed)


def show_survey(view: SurveyView, caller: Principal, lang: Lang, today: date) -> SurveyPublic:
    survey, definition = view.survey, view.definition
    state = view.state(today)
    closed = SurveyNotOpen.title if state == "closed" else None
    refusal = refusal_to_lead(caller, Scope.surveys_write) or closed
    computed = {
        "key": definition.key,
        "respondent": definition.respondent,
        "is_anonymous": definition.is_anonymous,
        "unit_ids": view.unit_ids,
        "state": state,
        "allowed_actions": [
            action("answer", "POST", f"/surveys/{survey.id}/responses", None if state == "open" else closed, lang),
            action("close", "POST", f"/surveys/{survey.id}/closures", refusal, lang),
        ],
    }
    return SurveyPublic.model_validate(survey.model_dump() | computed)


def show_score(view: SurveyView, scored: Scored, answered: Collection[UUID]) -> SurveyScorePublic:
    is_unit = view.definition.respondent == Respondent.unit
    return SurveyScorePublic(
        survey_id=view.survey.id,
        formula_version=FORMULA,
        is_final=view.survey.closed_at is not None,
        overall=ScorePublic.model_validate(_values(scored.overall)),
        units=[
            UnitScorePublic.model_validate(_values(score) | {"unit_id": unit})
            for unit, score in sorted(scored.units.items())
        ],
        questions=[
            QuestionScorePublic(key=key, score=None if score is None else float(score))
            for key, score in scored.questions.items()
        ],
        unanswered=len(set(view.unit_ids) - set(answered)) if is_unit else None,
    )


def _values(score: Score) -> dict[str, object]:
    return {
        "score": None if score.score is None else float(score.score),
        "responses": score.responses,
        "is_suppressed": score.is_suppressed,
    }
