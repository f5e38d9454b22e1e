"""The checklist on the wire: a view of activities, never a store of its own (requirements 9.6)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.projects.plan.vocabulary import PartySide
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiModel, example

_OWNER: dict[str, Any] = {
    "roleKey": "it",
    "role": {"sv": "IT-avdelningen", "en": "IT department", "da": None},
    "accountId": None,
}


class ChecklistOwner(ApiModel):
    """Who answers for the item on one side: a role, an account, or both."""

    role_key: str | None
    role: Text | None
    account_id: UUID | None


class ChecklistDone(ApiModel):
    """Whether the item is ticked off, when and by which account."""

    is_done: bool
    at: datetime | None
    by: UUID | None


class ChecklistItem(ApiModel):
    """One line of the checklist. It is ticked off by changing the state of its activity to `done`."""

    model_config = example(
        {
            "activityId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "sourceRef": "IM-C14",
            "unitId": None,
            "section": {"sv": "Integration och import", "en": "Integration and import", "da": None},
            "title": {"sv": "Öppna brandväggen för e-post", "en": "Open the firewall for e-mail", "da": None},
            "side": "customer",
            "customerOwner": _OWNER,
            "supplierOwner": None,
            "deadline": "2027-04-30",
            "isTentative": False,
            "isOverdue": False,
            "done": {"isDone": False, "at": None, "by": None},
            "version": 1,
            "allowedActions": [],
        }
    )

    activity_id: UUID
    source_ref: str | None
    unit_id: UUID | None
    section: Text | None
    title: Text
    side: PartySide | None
    customer_owner: ChecklistOwner | None
    supplier_owner: ChecklistOwner | None
    deadline: date | None
    is_tentative: bool
    is_overdue: bool
    done: ChecklistDone
    version: int
    allowed_actions: list[AllowedAction]
