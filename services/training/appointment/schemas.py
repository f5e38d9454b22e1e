"""Request and response bodies of appointments."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.training.course.schemas import TrainingRole
from shared.web import AllowedAction, ApiInput, ApiModel, example

_EXAMPLE = {
    "personId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "unitId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "role": "key_person",
}


class AppointmentCreate(ApiInput):
    """Whom to appoint, where, for what. The person must work at the unit."""

    model_config = example(_EXAMPLE)

    person_id: UUID
    unit_id: UUID
    role: TrainingRole = "key_person"


class AppointmentPublic(ApiModel):
    """A person's training role at a unit."""

    model_config = example(
        _EXAMPLE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "version": 1,
            "createdAt": "2026-08-17T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    person_id: UUID
    unit_id: UUID
    role: str
    version: int
    created_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
