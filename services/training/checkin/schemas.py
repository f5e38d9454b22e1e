"""Request and response bodies of check-in."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web import ApiInput, ApiModel, example

_CODE = "AZefOnweAAAAAAAAAAAAAAAAAAADiWbQAAAAAAAAAAAAAAAAAAA"


class DoorPublic(ApiModel):
    """Check-in is open; the code to show changes every `stepSeconds`."""

    model_config = example(
        {"sessionId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11", "openedAt": "2026-08-17T06:30:00Z", "stepSeconds": 30}
    )

    session_id: UUID
    opened_at: datetime
    step_seconds: int


class DoorCodePublic(ApiModel):
    """The code of this moment, also as SVG (`Accept: image/svg+xml`). Ask again at `changesAt`."""

    model_config = example({"code": _CODE, "changesAt": "2026-08-17T07:00:30Z"})

    code: str
    changes_at: datetime


class CheckInCreate(ApiInput):
    """The code that was scanned. `walkIn`: also without an enrolment, where a seat is free."""

    model_config = example({"code": _CODE, "walkIn": False})

    code: str = Field(min_length=1, max_length=500, description="As scanned: bare, or a link with it behind `#`")
    walk_in: bool = False


class CheckInPublic(ApiModel):
    """You are here. Scanning again gives the same."""

    model_config = example(
        {
            "enrolmentId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "sessionId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
            "state": "attended",
            "arrivedAt": "2026-08-17T07:04:00Z",
            "isLate": False,
        }
    )

    enrolment_id: UUID
    session_id: UUID
    state: Literal["attended", "partial", "no_show"]
    arrived_at: datetime | None
    is_late: bool
