"""Polls on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.projects.plan.schemas import GivenText
from services.projects.poll.vocabulary import Choice
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_CREATE: dict[str, Any] = {
    "question": {"sv": "Kan ni börja före sommaren?", "en": "Can you start before the summer?", "da": None},
    "closesOn": "2027-03-09",
}


class PollCreate(ApiInput):
    """A question with three answers: yes, no, do not know."""

    model_config = example(_CREATE)

    question: GivenText
    closes_on: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]


class PollVoteCreate(ApiInput):
    """A vote. It is nobody's, and cannot be taken back."""

    model_config = example({"choice": "dont_know"})

    choice: Choice


class PollReceipt(ApiModel):
    """The vote is counted."""

    model_config = example({"pollId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11", "isCounted": True})

    poll_id: UUID
    is_counted: bool


class PollPublic(ApiModel):
    """A poll. Its counts are shown when it is closed; answers of one to four people are null, and so is what would
    give them away."""

    model_config = example(
        _CREATE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "state": "closed",
            "closedAt": "2027-03-09T15:50:00Z",
            "votes": 40,
            "counts": {"yes": 25, "no": 10, "dont_know": 5},
            "version": 2,
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    question: Text
    closes_on: date
    state: Literal["open", "over", "closed"]
    closed_at: datetime | None
    votes: int | None
    counts: dict[Choice, int | None]
    version: int
    allowed_actions: list[AllowedAction]
