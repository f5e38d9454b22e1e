"""A change of an activity on the wire."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.projects.plan.schemas import WindowInput
from services.projects.plan.vocabulary import ActivityState
from shared.web.models import ApiPatch, example


class ActivityChange(ApiPatch):
    """What to change; what is left out stays. `window` and `ownerId` can be emptied with null.

    A window is replaced as a whole, never merged.
    """

    model_config = example(
        {
            "state": "started",
            "window": {"start": "2027-08-01", "end": "2027-09-30", "precision": "month", "tentative": False},
        }
    )

    nullable: ClassVar[frozenset[str]] = frozenset({"window", "owner_id"})

    window: WindowInput | None = None
    state: ActivityState | None = None
    notes: Annotated[str, Field(max_length=4000)] | None = None
    owner_id: UUID | None = None
