"""Calendar feeds on the wire."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.web import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_FEED: dict[str, Any] = {
    "id": _ID,
    "kind": "unit",
    "unitId": _ID,
    "revokedAt": None,
    "lastUsedOn": "2027-03-01",
    "version": 1,
    "createdAt": "2027-03-01T08:00:00Z",
    "allowedActions": [],
}
Kind = Literal["personal", "trainer", "unit"]


class TrainingFeedCreate(ApiInput):
    """What to follow: the sessions that I attend, that I hold, or that people of one unit attend."""

    model_config = example({"kind": "unit", "unitId": _ID})

    kind: Kind
    unit_id: UUID | None = None


class TrainingFeedPublic(ApiModel):
    """A feed, without its address."""

    model_config = example(_FEED)

    id: UUID
    kind: Kind
    unit_id: UUID | None
    revoked_at: datetime | None
    last_used_on: date | None = Field(description="To the day, in Swedish time")
    version: int
    created_at: datetime
    allowed_actions: list[AllowedAction]


class TrainingFeedCreated(TrainingFeedPublic):
    """A new feed with its address, which is shown this once. Whoever has it can read the calendar."""

    model_config = example(_FEED | {"url": "https://startklar.example/training/v1/calendar-files/c2VjcmV0"})

    url: str
