"""Taking part in a programme, on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.projects.programme.vocabulary import Audience
from services.projects.standing.facts import EXAMPLE as STANDING
from services.projects.standing.facts import Standing
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_NOW = "2026-11-22T08:00:00Z"
_MEMBERSHIP: dict[str, Any] = {
    "id": _ID,
    "programmeTitle": {"sv": "Nationell skolplattform", "en": "National school platform", "da": None},
    "memberName": "Björkby kommun",
    "audience": "school",
    "state": "active",
    "leftAt": None,
    "projectId": _ID,
    "reportedAt": _NOW,
    "taskList": {"number": 2, "templateKey": "central-task-list", "templateVersion": "1.1.0", "pulledAt": _NOW},
    "version": 4,
    "createdAt": _NOW,
    "updatedAt": _NOW,
    "allowedActions": [],
}


class MembershipCreate(ApiInput):
    """The code of an invitation, as the programme gave it."""

    model_config = example({"code": "AZefOnweC1KdOl8MK56NEZ9f..."})

    code: Annotated[str, Field(min_length=1, max_length=200)]


class PulledList(ApiModel):
    number: int
    template_key: str
    template_version: str
    pulled_at: datetime


class MembershipPublic(ApiModel):
    """A programme that this authority takes part in, what it took over and when it last reported."""

    model_config = example(_MEMBERSHIP)

    id: UUID
    programme_title: Text
    member_name: str
    audience: Audience
    state: str = Field(description="active or left")
    left_at: datetime | None
    project_id: UUID | None
    reported_at: datetime | None
    task_list: PulledList | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class Upgradable(ApiModel):
    """A project that was made from another version of the task list. POST the version to `previewHref` to see what
    would change, the authority's own changes kept."""

    project_id: UUID
    preview_href: str


class TaskListPull(ApiModel):
    """The task list in force, now a template of this authority's own."""

    model_config = example(
        {
            "number": 2,
            "templateKey": "central-task-list",
            "templateVersion": "1.1.0",
            "digest": "9f2c0d7e",
            "isNew": True,
            "templateHref": "http://127.0.0.1:8080/projects/v1/templates/central-task-list/versions/1.1.0",
            "projects": [
                {
                    "projectId": _ID,
                    "previewHref": f"http://127.0.0.1:8080/projects/v1/projects/{_ID}/template-upgrade-previews",
                }
            ],
        }
    )

    number: int
    template_key: str
    template_version: str
    digest: str
    is_new: bool = Field(description="False where this authority had the version already")
    template_href: str
    projects: list[Upgradable]


class ReportCreate(ApiInput):
    """The project whose aggregates to push."""

    model_config = example({"projectId": _ID})

    project_id: UUID


class ReportPublic(ApiModel):
    """Exactly what the programme can see from now on."""

    model_config = example({"projectId": _ID, "reportedAt": _NOW, "standing": STANDING})

    project_id: UUID
    reported_at: datetime
    standing: Standing
