"""Steps of agreeing on a plan, on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.projects.plan.vocabulary import PartySide, PlanState
from shared.web.models import ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class PlanStepCreate(ApiInput):
    """A word about the step; it stays with the plan."""

    model_config = example({"comment": "Justerad efter mötet i mars"})

    comment: Annotated[str, Field(max_length=2000)] = ""


class PlanStepPublic(ApiModel):
    """One step of agreeing on a plan: who, when, from what to what."""

    model_config = example(
        {
            "id": _ID,
            "projectId": _ID,
            "fromState": "proposed",
            "toState": "approved",
            "comment": "Justerad efter mötet i mars",
            "at": "2027-03-20T09:00:00Z",
            "actorId": _ID,
            "actorSide": "customer",
            "baselineId": _ID,
        }
    )

    id: UUID
    project_id: UUID
    from_state: PlanState
    to_state: PlanState
    comment: str
    at: datetime
    actor_id: UUID | None
    actor_side: PartySide | None
    baseline_id: UUID | None = Field(description="The frozen plan that was approved")
