"""Escalations on the wire."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.projects.body.schemas import Day
from services.projects.escalation.models import EscalationState
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_CREATE: dict[str, Any] = {
    "fromBodyId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "toBodyId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "item": "Testmiljön saknar resurser hos driften",
    "activityId": None,
    "dueOn": "2027-05-14",
}


class EscalationCreate(ApiInput):
    """What the operative level cannot settle, and by when the strategic level must answer.

    Without `toBodyId` it goes to the body that the operative one escalates to.
    """

    model_config = example(_CREATE)

    from_body_id: UUID
    to_body_id: UUID | None = None
    item: Annotated[str, Field(min_length=3, max_length=4000)]
    activity_id: UUID | None = None
    due_on: Day


class AnswerCreate(ApiInput):
    """The answer, and the decision that it rests on where there is one."""

    model_config = example({"answer": "Driften prioriterar testmiljön från vecka 20", "decisionId": None})

    answer: Annotated[str, Field(min_length=2, max_length=4000)]
    decision_id: UUID | None = None


class EscalationPublic(ApiModel):
    """An item from one body to another. It must be answered before it can be closed."""

    model_config = example(
        _CREATE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "state": "raised",
            "isOverdue": False,
            "raisedBy": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11",
            "raisedAt": "2027-05-03T08:00:00Z",
            "answer": "",
            "answeredBy": None,
            "answeredAt": None,
            "decisionId": None,
            "closedAt": None,
            "version": 1,
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    from_body_id: UUID
    to_body_id: UUID
    item: str
    activity_id: UUID | None
    state: EscalationState
    is_overdue: bool = Field(description="Unanswered after the last day")
    raised_by: UUID | None
    raised_at: datetime
    due_on: date
    answer: str
    answered_by: UUID | None
    answered_at: datetime | None
    decision_id: UUID | None
    closed_at: datetime | None
    version: int
    allowed_actions: list[AllowedAction]
