"""What goes in and out of the populations API."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
Switched = Literal["pupil", "guardian"]


class PopulationOpeningCreate(ApiInput):
    model_config = example({"population": "pupil", "unitId": _ID, "opensOn": "2026-08-17"})

    population: Switched = Field(description="Staff is always open")
    unit_id: UUID | None = Field(None, description="Absent for every unit; a guardian belongs where the child is")
    opens_on: date | None = Field(
        None, description="The first day on which they may log in; absent for now", examples=["2026-08-17"]
    )
    decision_id: UUID | None = Field(None, description="The customer's decision, needed for guardians")
    decision_key: str | None = Field(
        None,
        max_length=100,
        description="The question that it answered, where the project gave it a key of its own; to be read in projects",
    )


class PopulationClosing(ApiInput):
    model_config = example({"reason": "The wave is put off until October"})

    reason: str = Field(min_length=3, max_length=500, description="No personal data")


class PopulationPreviewCreate(ApiInput):
    model_config = example({"population": "pupil", "unitId": _ID})

    population: Switched
    unit_id: UUID | None = Field(None, description="Absent for every unit")


class PopulationPreview(ApiModel):
    """What an opening or a closing would concern; nothing is changed."""

    model_config = example({"accounts": 412, "staff": 3, "opened": 0, "loggedIn": 0})

    accounts: int = Field(description="Open accounts of the population there")
    staff: int = Field(description="Those of them who may log in anyhow, being staff too")
    opened: int = Field(description="Those of them whom some opening lets in today")
    logged_in: int = Field(description="Those of them who have a session now")


class PopulationOpeningPublic(ApiModel):
    model_config = example(
        {
            "id": _ID,
            "population": "pupil",
            "unitId": _ID,
            "state": "open",
            "opensOn": "2026-08-17",
            "decisionId": None,
            "decisionKey": None,
            "closedAt": None,
            "version": 1,
            "createdAt": "2026-08-17T08:00:00Z",
            "updatedAt": "2026-08-17T08:00:00Z",
            "allowedActions": [
                {
                    "action": "close",
                    "method": "POST",
                    "href": f"https://api.startklar.dev/identity/v1/population-openings/{_ID}/closings",
                    "allowed": True,
                    "reason": None,
                }
            ],
        }
    )

    id: UUID
    population: Switched
    unit_id: UUID | None
    state: Literal["open", "closed"]
    opens_on: date | None = Field(examples=["2026-08-17"])
    decision_id: UUID | None
    decision_key: str | None = Field(description="The question that the decision answered")
    closed_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
