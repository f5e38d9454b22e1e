"""A change of an activity on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.projects.plan.schemas import WindowInput
from services.projects.plan.vocabulary import ActivityState
from shared.web.models import ApiInput, example


class ActivityChange(ApiInput):
    """What to change; what is left out stays. `window` and `ownerId` can be emptied with null.

    A window is replaced as a whole, never merged.
    """

    model_config = example(
        {
            "state": "started",
            "window": {"start": "2027-08-01", "end": "2027-09-30", "precision": "month", "tentative": False},
        }
    )

    window: WindowInput | None = None
    state: ActivityState | None = None
    notes: Annotated[str, Field(max_length=4000)] | None = None
    owner_id: UUID | None = None

    @model_validator(mode="after")
    def _not_emptied(self) -> "ActivityChange":
        for name in ("state", "notes"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out to keep it")
        return self
