"""Surveys on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, Strict, model_validator

from services.projects.plan.schemas import GivenText
from services.projects.survey.questions import Question, QuestionKey
from services.projects.survey.vocabulary import Respondent, SurveySource
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
Bound = Annotated[int, Strict(), Field(ge=-100, le=100)]
Answer = Annotated[int, Strict(), Field(ge=-1_000_000, le=1_000_000)]
Words = Annotated[str, Field(min_length=1, max_length=4000)]

_UNIT = "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11"
_TITLE = {"sv": "Är ni redo?", "en": "Are you ready?", "da": None}
_QUESTION: dict[str, Any] = {
    "key": "anchoring",
    "title": {"sv": "Ledningen står bakom", "en": "Management is behind it", "da": None},
    "kind": "scale",
    "weight": 1,
    "levels": [],
    "choices": [],
}
_DEFINITION: dict[str, Any] = {
    "key": "readiness",
    "title": _TITLE,
    "respondent": "unit",
    "isAnonymous": False,
    "scaleMin": 1,
    "scaleMax": 5,
    "questions": [_QUESTION],
}
_SURVEY: dict[str, Any] = {
    "definitionId": "01979f3a-6666-7b52-9d3a-5f0c2b9e8d11",
    "title": _TITLE,
    "unitIds": [_UNIT],
    "opensOn": "2027-02-01",
    "closesOn": "2027-02-28",
}


class SurveyDefinitionCreate(ApiInput):
    """Questions, scale and weights. Of a key that is there already this makes the next revision; none ever changes."""

    model_config = example(_DEFINITION)

    key: QuestionKey
    title: GivenText
    respondent: Respondent
    is_anonymous: Annotated[bool, Strict()] = False
    scale_min: Bound = 1
    scale_max: Bound = 5
    questions: Annotated[list[Question], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.scale_min >= self.scale_max:
            raise ValueError("scaleMax must be greater than scaleMin")
        if self.is_anonymous and self.respondent is Respondent.unit:
            raise ValueError("a unit is no person: only what people answer can be anonymous")
        if len({question.key for question in self.questions}) != len(self.questions):
            raise ValueError("each question has a key of its own")
        return self


class SurveyDefinitionPublic(ApiModel):
    """The questions of a survey. `isEmpty`: the source keeps them elsewhere, as `sourceText` says."""

    model_config = example(
        _DEFINITION
        | {
            "id": "01979f3a-6666-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "revision": 1,
            "source": "startklar",
            "sourceRef": "AU-V",
            "sourceText": None,
            "audience": None,
            "formulaVersion": 1,
            "isEmpty": False,
            "createdAt": "2026-11-22T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    key: str
    revision: int
    title: Text
    source: SurveySource = Field(description="`startklar`: the questions are ours, not the source's")
    source_ref: str | None
    source_text: str | None
    audience: Text | None
    respondent: Respondent
    is_anonymous: bool
    scale_min: int
    scale_max: int
    questions: list[Question]
    formula_version: int
    is_empty: bool
    created_at: datetime
    allowed_actions: list[AllowedAction]


class SurveyCreate(ApiInput):
    """One round: which questions, which units, from when to when (both days included)."""

    model_config = example(_SURVEY)

    definition_id: UUID
    title: GivenText | None = None
    unit_ids: Annotated[list[UUID], Field(min_length=1, max_length=5000)]
    opens_on: Day
    closes_on: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes_on < self.opens_on:
            raise ValueError("closesOn must not be before opensOn")
        return self


class SurveyPublic(ApiModel):
    """A round of a survey."""

    model_config = example(
        _SURVEY
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "key": "readiness",
            "respondent": "unit",
            "isAnonymous": False,
            "state": "open",
            "closedAt": None,
            "version": 1,
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    definition_id: UUID
    key: str = Field(description="The key of its questions, under which gates read its score")
    title: Text
    respondent: Respondent
    is_anonymous: bool
    unit_ids: list[UUID]
    opens_on: date
    closes_on: date
    state: Literal["planned", "open", "over", "closed"] = Field(description="`over`: past its last day, not yet closed")
    closed_at: datetime | None
    version: int
    allowed_actions: list[AllowedAction]


class SurveyAnswer(ApiInput):
    """Answers by the key of their question; free texts apart. Each respondent answers once."""

    model_config = example({"unitId": _UNIT, "answers": {"anchoring": 4}, "texts": {}})

    unit_id: UUID
    answers: Annotated[dict[QuestionKey, Answer], Field(max_length=200)]
    texts: Annotated[dict[QuestionKey, Words], Field(max_length=200)] = Field(default_factory=dict)


class SurveyReceipt(ApiModel):
    """The answer is counted. Nothing more: of an anonymous one nobody may find out more."""

    model_config = example({"surveyId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11", "isCounted": True})

    survey_id: UUID
    is_counted: bool


class ScorePublic(ApiModel):
    """A score in percent and how many it is of. `isSuppressed`: of fewer than five people, or giving such away."""

    score: float | None
    responses: int | None
    is_suppressed: bool


class UnitScorePublic(ScorePublic):
    unit_id: UUID


class QuestionScorePublic(ApiModel):
    key: str
    score: float | None = Field(description="The mean share of the scale in percent; null for what is not scored")


class SurveyScorePublic(ApiModel):
    """The score as a whole, per unit and per question. Of people it is shown when the survey is closed: while it is
    open, each new answer could be told from the one before."""

    model_config = example(
        {
            "surveyId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "formulaVersion": 1,
            "isFinal": True,
            "overall": {"score": 72.5, "responses": 2, "isSuppressed": False},
            "units": [{"unitId": _UNIT, "score": 72.5, "responses": 1, "isSuppressed": False}],
            "questions": [{"key": "anchoring", "score": 75.0}],
            "unanswered": 1,
        }
    )

    survey_id: UUID
    formula_version: int
    is_final: bool
    overall: ScorePublic
    units: list[UnitScorePublic]
    questions: list[QuestionScorePublic]
    unanswered: int | None = Field(description="Units that have not answered; null where people answer")


class SurveyCommentPublic(ApiModel):
    """A free text and its question. It belongs to no response."""

    model_config = example({"id": _UNIT, "questionKey": "why", "unitId": None, "body": "Mer tid för genomgång"})

    id: UUID
    question_key: str
    unit_id: UUID | None
    body: str
