"""Share links and the plan that they show, on the wire."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.projects.baseline.models import BaselineSubject
from services.projects.plan.schemas import WindowPublic
from services.projects.plan.vocabulary import PartySide, PlanState
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_LINK: dict[str, Any] = {
    "id": _ID,
    "projectId": _ID,
    "label": "Leverantörens projektstöd",
    "expiresAt": "2027-11-22T08:00:00Z",
    "revokedAt": None,
    "lastUsedAt": None,
    "createdAt": "2026-11-22T08:00:00Z",
    "version": 1,
    "allowedActions": [],
}


class ShareLinkCreate(ApiInput):
    """Who the link is for, and until when; at most and by default twelve months (IM, section 1.2)."""

    model_config = example({"label": "Leverantörens projektstöd", "expiresOn": "2027-11-21"})

    label: Annotated[str, Field(min_length=1, max_length=200, description="A function, never a person's name")]
    expires_on: date | None = Field(None, description="The last day on which it works; twelve months when left out")


class ShareLinkPublic(ApiModel):
    """A link, without its secret."""

    model_config = example(_LINK)

    id: UUID
    project_id: UUID
    label: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="The day of the last use, midnight UTC")
    created_at: datetime
    version: int
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class ShareLinkCreated(ShareLinkPublic):
    """A new link with its secret, which is shown this once.

    The secret stands behind `#` in `url`, where no server and no log sees it; programs send it in the header
    `Startklar-Share` to `/projects/v1/shared-plans`.
    """

    model_config = example(
        _LINK
        | {
            "url": "http://127.0.0.1:8080/projects/v1/shared-plans#AZef...",
            "secret": "AZefOnweC1KdOl8MK56NEZ9f...",
        }
    )

    url: str
    secret: str


class SharedRow(ApiModel):
    """A phase, gate or activity of a shared plan; no persons and no notes."""

    subject: BaselineSubject
    source_ref: str | None
    title: Text
    side: PartySide | None
    state: str | None
    window: WindowPublic | None


class SharedPlan(ApiModel):
    """The plan as it stands now, as its share link shows it."""

    model_config = example(
        {
            "project": "Skolplattform 2027",
            "planState": "proposed",
            "asOf": "2026-11-22T08:00:00Z",
            "expiresAt": "2027-11-22T08:00:00Z",
            "rows": [
                {
                    "subject": "phase",
                    "sourceRef": "HAN-P1",
                    "title": {"sv": "Etablering", "en": "Establishment", "da": None},
                    "side": None,
                    "state": None,
                    "window": {"start": "2027-03-01", "end": "2027-03-31", "precision": "month", "tentative": False},
                }
            ],
        }
    )

    project: str
    plan_state: PlanState
    as_of: datetime
    expires_at: datetime
    rows: list[SharedRow]
