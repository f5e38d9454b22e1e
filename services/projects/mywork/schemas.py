"""My work on the wire."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from services.projects.mywork.vocabulary import ItemKind, Urgency
from services.projects.plan.schemas import WindowPublic
from services.projects.plan.vocabulary import PartySide
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiModel, example

_TITLE = {"sv": "Ta inriktningsbeslut", "en": "Take direction decisions", "da": None}
_WAITING: dict[str, Any] = {
    "kind": "activity",
    "id": "01979f3a-8c1e-7b52-9d3a-5f0c2b9e8d11",
    "sourceRef": "HAN-A1.03",
    "title": {"sv": "Besluta målbilder", "en": "Decide goal pictures", "da": None},
    "side": "customer",
    "role": "project_leader",
}


class WaitingFor(ApiModel):
    """What holds an item up, down to the row at the root of the chain, and whose turn it is there.

    `id` and `title` are null where the caller may not read the plan; whose turn it is may be known.
    """

    model_config = example(_WAITING)

    kind: str = Field(description="activity or decision")
    id: UUID | None
    source_ref: str | None
    title: Text | None
    side: PartySide
    role: str | None


class WorkItem(ApiModel):
    """One thing that waits for the caller. `summonBy` is the last day on which a meeting is summoned in good time."""

    model_config = example(
        {
            "kind": "activity",
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "projectName": "Skolplattform 2027",
            "unitId": None,
            "title": _TITLE,
            "sourceRef": "HAN-A1.04",
            "window": {"start": "2027-03-01", "end": "2027-03-31", "precision": "month", "tentative": False},
            "dueOn": "2027-03-31",
            "state": "planned",
            "urgency": "due",
            "isLate": False,
            "waitingFor": [_WAITING],
            "summonBy": None,
            "href": "/projects/v1/activities/01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "allowedActions": [],
        }
    )

    kind: ItemKind
    id: UUID
    project_id: UUID
    project_name: str
    unit_id: UUID | None = Field(description="The unit that the item is about, where it is about one")
    title: Text
    source_ref: str | None
    window: WindowPublic | None
    due_on: date | None
    state: str
    urgency: Urgency
    is_late: bool
    waiting_for: list[WaitingFor]
    summon_by: date | None
    href: str
    allowed_actions: list[AllowedAction]
