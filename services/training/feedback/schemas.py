"""Request and response bodies of feedback."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from shared.kit.text import Text
from shared.web import ApiInput, ApiModel, example

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]

_SCALE = {
    "key": "useful",
    "kind": "scale",
    "text": {"sv": "Har du nytta av detta?", "en": "Is this useful to you?", "da": "Har du gavn af det?"},
    "options": [],
}


class FeedbackOption(ApiInput):
    key: Key
    text: Text


class FeedbackQuestion(ApiInput):
    """`scale` is answered by 1 to 5, `choice` by an option's key, `comment` by words."""

    key: Key
    kind: Literal["scale", "choice", "comment"]
    text: Text
    options: list[FeedbackOption] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _only_a_choice_has_options(self) -> Self:
        if (self.kind == "choice") != (len(self.options) >= 2):
            raise ValueError("a choice has two options or more, other questions have none")
        return self


class FeedbackFormInput(ApiInput):
    """All questions, in order."""

    model_config = example({"questions": [_SCALE]})

    questions: list[FeedbackQuestion] = Field(min_length=1, max_length=30)

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        keys = [each.key for each in self.questions]
        if len(set(keys)) < len(keys):
            raise ValueError("each question needs a key of its own")
        return self


class FeedbackFormPublic(ApiModel):
    """The questions in force; version 0 as long as they are ours."""

    model_config = example({"questions": [_SCALE], "version": 0})

    questions: list[FeedbackQuestion]
    version: int


class FeedbackAnswer(ApiInput):
    question: Key
    value: Annotated[int, Field(ge=1, le=5)] | Annotated[str, Field(min_length=1, max_length=2000)]


class FeedbackCreate(ApiInput):
    """Answers to some or all questions. Nothing of who answers is kept with them."""

    model_config = example(
        {"answers": [{"question": "useful", "value": 4}, {"question": "comment", "value": "More time to practise"}]}
    )

    answers: list[FeedbackAnswer] = Field(min_length=1, max_length=30)


class FeedbackTally(ApiModel):
    """All answers to one question: how many gave each value, or the comments in no order."""

    question: str
    kind: Literal["scale", "choice", "comment"]
    counts: dict[str, int]
    comments: list[str]
    mean: float | None = Field(description="Of a scale")


class FeedbackSummary(ApiModel):
    """Answers are shown by five at a time, so that no change of the numbers gives away one person; `answers` is how
    many are in it. Fewer than five are never shown."""

    model_config = example(
        {
            "sessionId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
            "courseId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
            "answers": 5,
            "tallies": [
                {"question": "useful", "kind": "scale", "counts": {"4": 3, "5": 2}, "comments": [], "mean": 4.4}
            ],
        }
    )

    session_id: UUID | None
    course_id: UUID
    answers: int
    tallies: list[FeedbackTally]
