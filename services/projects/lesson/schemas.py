"""Evaluations, lessons, need cards and requirements on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, Strict

from services.projects.lesson.vocabulary import LessonKind, RequirementState
from services.projects.plan.schemas import GivenText
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Name = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=4000)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
Texts = Annotated[list[GivenText], Field(max_length=50)]
Flag = Annotated[bool, Strict()]

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_ROW: dict[str, Any] = {
    "id": _ID,
    "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
    "version": 1,
    "createdAt": "2026-11-22T08:00:00Z",
    "updatedAt": "2026-11-22T08:00:00Z",
    "allowedActions": [],
}
_EVALUATION: dict[str, Any] = {
    "title": "Utvärdering efter ett läsår",
    "goalIds": ["01979f3a-5555-7b52-9d3a-5f0c2b9e8d11"],
    "why": "Styrgruppen ska veta om effektmålen nås",
    "what": "Frånvaroanmälan och tidig upptäckt",
    "how": "Indikatorernas mätningar och en enkät",
    "collectedWhen": "Juni 2028",
}
_TEXT = {"sv": "Kommunicera om och om igen", "en": "Communicate over and over", "da": None}
_LESSON: dict[str, Any] = {"kind": "lesson", "title": _TEXT, "text": None, "body": "", "onDate": None}
_LIST = [{"sv": "En inloggning", "en": "One login", "da": None}]
_CARD: dict[str, Any] = {
    "stakeholder": {"sv": "Pedagog i grundskolan", "en": "Pedagogue of compulsory school", "da": None},
    "description": None,
    "gains": [],
    "pains": [],
    "needs": _LIST,
    "functionality": _LIST,
    "experience": [],
}
_REQUIREMENT: dict[str, Any] = {
    "title": {"sv": "Sensorer mot mobbning", "en": "Sensors against bullying", "da": None},
    "area": "safety",
    "needCardId": None,
    "needsLegalReview": True,
}


class _Row(ApiModel):
    id: UUID
    project_id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class EvaluationCreate(ApiInput):
    """The four questions, tied to goals: why, what, how it is measured, and when the data is collected."""

    model_config = example(_EVALUATION)

    title: Name
    goal_ids: Annotated[list[UUID], Field(max_length=100)] = Field(default_factory=list)
    why: Words = ""
    what: Words = ""
    how: Words = ""
    collected_when: Words = ""


class EvaluationChange(ApiPatch):
    """What to change; `isCompleted` needs all four answers and an outcome."""

    model_config = example({"outcome": "Frånvaron upptäcks en vecka tidigare", "isCompleted": True})

    title: Name | None = None
    goal_ids: Annotated[list[UUID], Field(max_length=100)] | None = None
    why: Words | None = None
    what: Words | None = None
    how: Words | None = None
    collected_when: Words | None = None
    outcome: Words | None = None
    is_completed: Flag | None = None


class EvaluationPublic(_Row):
    """An evaluation."""

    model_config = example(_EVALUATION | _ROW | {"outcome": "", "completedAt": None})

    title: str
    goal_ids: list[UUID]
    why: str
    what: str
    how: str
    collected_when: str
    outcome: str
    completed_at: datetime | None


class LessonCreate(ApiInput):
    """A lesson, a fact about how far things are, or a step of the quality loop."""

    model_config = example(_LESSON)

    kind: LessonKind = LessonKind.lesson
    title: GivenText
    text: GivenText | None = None
    body: Words = ""
    on_date: Day | None = None


class LessonChange(ApiPatch):
    """What to change; the kind stays."""

    model_config = example({"body": "Vi skrev veckobrev hela våren"})
    nullable: ClassVar[frozenset[str]] = frozenset({"text", "on_date"})

    title: GivenText | None = None
    text: GivenText | None = None
    body: Words | None = None
    on_date: Day | None = None


class LessonPublic(_Row):
    """A lesson."""

    model_config = example(_LESSON | _ROW | {"sourceRef": "VA-L12"})

    kind: LessonKind
    source_ref: str | None
    title: Text
    text: Text | None
    body: str = Field(description="What this project writes about it")
    on_date: date | None


class NeedCardCreate(ApiInput):
    """What a group gains and suffers, what it needs, with which functions, and how that should feel."""

    model_config = example(_CARD)

    stakeholder: GivenText
    description: GivenText | None = None
    gains: Texts = Field(default_factory=list)
    pains: Texts = Field(default_factory=list)
    needs: Texts = Field(default_factory=list)
    functionality: Texts = Field(default_factory=list)
    experience: Texts = Field(default_factory=list)


class NeedCardChange(ApiPatch):
    """Lists are replaced as a whole."""

    model_config = example({"needs": _LIST})
    nullable: ClassVar[frozenset[str]] = frozenset({"description"})

    stakeholder: GivenText | None = None
    description: GivenText | None = None
    gains: Texts | None = None
    pains: Texts | None = None
    needs: Texts | None = None
    functionality: Texts | None = None
    experience: Texts | None = None


class NeedCardPublic(_Row):
    """A need card."""

    model_config = example(_CARD | _ROW | {"sourceRef": "VA-C2"})

    source_ref: str | None
    stakeholder: Text
    description: Text | None
    gains: list[Text]
    pains: list[Text]
    needs: list[Text]
    functionality: list[Text]
    experience: list[Text]


class RequirementCreate(ApiInput):
    """A wish for the backlog. What touches the law (watching people, their whereabouts) needs a legal review."""

    model_config = example(_REQUIREMENT)

    title: GivenText
    area: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")] | None = None
    need_card_id: UUID | None = None
    needs_legal_review: Flag = False


class RequirementChange(ApiPatch):
    """`isLegallyReviewed` says that somebody has reviewed it; only then it can be accepted where that is needed."""

    model_config = example({"isLegallyReviewed": True, "state": "accepted"})

    title: GivenText | None = None
    needs_legal_review: Flag | None = None
    is_legally_reviewed: Flag | None = None
    state: RequirementState | None = None


class RequirementPublic(_Row):
    """A requirement."""

    model_config = example(_REQUIREMENT | _ROW | {"sourceRef": "VA-FX19", "legallyReviewedAt": None, "state": "open"})

    source_ref: str | None
    title: Text
    area: str | None
    need_card_id: UUID | None
    needs_legal_review: bool
    legally_reviewed_at: datetime | None
    state: RequirementState
