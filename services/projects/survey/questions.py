"""Questions, the answers that fit them, and the score. Pure.

Formula 1: each scored answer becomes a share from 0 to 1 of its scale, the score of a response is their weighted mean
in percent, a unit's score the mean of its responses, the whole score the mean of all responses. A new formula is a new
version; a survey keeps the one that it was asked with.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.projects.plan.schemas import GivenText
from shared.kit.problems import FieldError
from shared.kit.text import Text
from shared.web.models import ApiModel, example

FORMULA = 1
UNSURE = 2
"""The answer to a yes-no question that says neither: it is counted as an answer and has no share in the score."""

QuestionKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class QuestionKind(StrEnum):
    """`scale`, `levels` and `yes_no_unsure` are scored; the rest is read as it is."""

    scale = "scale"
    levels = "levels"
    yes_no_unsure = "yes_no_unsure"
    choice = "choice"
    number = "number"
    text = "text"


class Question(ApiModel):
    """One question. A scale is the survey's; `levels` are counted from 0; yes is 1, no 0, do not know 2."""

    model_config = example(
        {
            "key": "anchoring",
            "title": {"sv": "Ledningen står bakom", "en": "Management is behind it", "da": None},
            "kind": "scale",
            "weight": 1,
            "levels": [],
            "choices": [],
        }
    )

    key: QuestionKey
    title: GivenText
    kind: QuestionKind = QuestionKind.scale
    weight: Annotated[int, Field(ge=0, le=100)] = 1
    levels: Annotated[list[GivenText], Field(max_length=20)] = Field(default_factory=list)
    choices: Annotated[list[GivenText], Field(max_length=50)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _has_what_it_asks_with(self) -> Self:
        if self.kind is QuestionKind.levels and len(self.levels) < 2:
            raise ValueError("a question of levels names at least two")
        if self.kind is QuestionKind.choice and len(self.choices) < 2:
            raise ValueError("a question of choices names at least two")
        return self

    def span(self, scale: tuple[int, int]) -> tuple[int, int] | None:
        """The least and greatest answer; None for a free text."""
        spans = {
            QuestionKind.scale: scale,
            QuestionKind.levels: (0, len(self.levels) - 1),
            QuestionKind.yes_no_unsure: (0, UNSURE),
            QuestionKind.choice: (0, len(self.choices) - 1),
            QuestionKind.number: (0, 1_000_000),
        }
        return spans.get(self.kind)

    def share(self, answer: int, scale: tuple[int, int]) -> Decimal | None:
        """The answer as a share of its scale; None where it is not scored."""
        if self.kind is QuestionKind.yes_no_unsure:
            return None if answer == UNSURE else Decimal(answer)
        if self.kind not in (QuestionKind.scale, QuestionKind.levels):
            return None
        least, greatest = self.span(scale) or scale
        return Decimal(answer - least) / Decimal(greatest - least)


_MISSING = Text(sv="Besvara frågan", en="Answer the question")
_UNKNOWN = Text(sv="Enkäten har ingen sådan fråga", en="The survey has no such question")


def faults(
    questions: Sequence[Question], scale: tuple[int, int], answers: Mapping[str, int], texts: Mapping[str, str]
) -> Iterator[FieldError]:
    """What does not fit: every question but free texts is answered, within its span."""
    spans = {question.key: question.span(scale) for question in questions}
    for key, span in spans.items():
        if span is not None and key not in answers:
            yield FieldError(pointer=f"#/answers/{key}", detail=_MISSING, code="missing")
    for key, answer in answers.items():
        span = spans.get(key)
        if span is None:
            yield FieldError(pointer=f"#/answers/{key}", detail=_UNKNOWN, code="unknown")
        elif not span[0] <= answer <= span[1]:
            wrong = Text(sv=f"Svara {span[0]} till {span[1]}", en=f"Answer {span[0]} to {span[1]}")
            yield FieldError(pointer=f"#/answers/{key}", detail=wrong, code="range")
    for key in texts:
        if key not in spans or spans[key] is not None:
            yield FieldError(pointer=f"#/texts/{key}", detail=_UNKNOWN, code="unknown")


def score_of(questions: Sequence[Question], scale: tuple[int, int], answers: Mapping[str, int]) -> Decimal | None:
    """The score of one response in percent, by formula 1; None where nothing in it is scored."""
    weighed, weights = Decimal(0), 0
    for question in questions:
        share = question.share(answers[question.key], scale) if question.key in answers else None
        if share is not None and question.weight:
            weighed += share * question.weight
            weights += question.weight
    return weighed * 100 / weights if weights else None


def mean(scores: Sequence[Decimal | None]) -> Decimal | None:
    """The mean of those that are there, with one decimal."""
    known = [score for score in scores if score is not None]
    return (sum(known, Decimal(0)) / len(known)).quantize(Decimal("0.1"), ROUND_HALF_UP) if known else None
