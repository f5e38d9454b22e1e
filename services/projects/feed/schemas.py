"""Calendar feeds on the wire."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.projects.feed.models import FeedKind
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_FEED: dict[str, Any] = {
    "id": _ID,
    "kind": "project",
    "projectId": _ID,
    "bodyId": None,
    "revokedAt": None,
    "lastUsedOn": None,
    "version": 1,
    "createdAt": "2026-11-22T08:00:00Z",
    "allowedActions": [],
}


class FeedCreate(ApiInput):
    """What to follow: a project with its gates and meetings, a body's meetings, or what is the caller's own."""

    model_config = example({"kind": "project", "projectId": _ID})

    kind: FeedKind
    project_id: UUID | None = None
    body_id: UUID | None = None


class FeedPublic(ApiModel):
    """A feed, without its address."""

    model_config = example(_FEED)

    id: UUID
    kind: FeedKind
    project_id: UUID | None
    body_id: UUID | None
    revoked_at: datetime | None
    last_used_on: date | None = Field(description="To the day, in Swedish time")
    version: int
    created_at: datetime
    allowed_actions: list[AllowedAction]


class FeedCreated(FeedPublic):
    """A new feed with its address, which is shown this once. Whoever has it can read the calendar."""

    model_config = example(_FEED | {"url": "https://startklar.example/projects/v1/calendar-files/c2VjcmV0"})

    url: str
