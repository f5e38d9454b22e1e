"""What the API shows of signals."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from services.training.signal.models import AccessState, SignalKind
from shared.web import ApiModel, example

_UNIT = "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11"


class SignalPublic(ApiModel):
    """A fact that training computed from its rows; gates and risks of projects read it, and nobody can set it."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "kind": "attendance",
            "unitId": _UNIT,
            "key": "key_person",
            "value": {"invited": 4, "attended": 3, "no_show": 1, "unmarked": 0},
            "updatedAt": "2026-08-17T08:00:00Z",
        }
    )

    id: UUID
    kind: SignalKind
    unit_id: UUID | None = Field(description="Null: the whole authority")
    key: str = Field(description="The role, or the course; empty where the kind has neither")
    value: dict[str, Any] = Field(description="Numbers, as the kind's event tells them")
    updated_at: datetime


class AccessPublic(ApiModel):
    """Whether somebody who came to a session has been seen to reach the platform since. Of a protected person only the
    alias is shown. `source` told it at `observedAt`: `sync` by the platform's own export, `login_here` by a login
    through us at the application that is the platform; what nobody has told is unknown, never granted."""

    model_config = example(
        {
            "personId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "displayName": "Test Testsson",
            "unitId": _UNIT,
            "role": "key_person",
            "state": "missing",
            "sessionEndedOn": "2026-08-17",
            "windowEndsOn": "2026-08-20",
            "source": "sync",
            "observedAt": "2026-08-19T02:00:00Z",
            "lastLoginOn": "2026-05-02",
        }
    )

    person_id: UUID
    display_name: str
    unit_id: UUID
    role: str
    state: AccessState
    session_ended_on: date
    window_ends_on: date = Field(description="Knowledge fades after that day")
    source: Literal["sync", "login_here"] | None
    observed_at: datetime | None
    last_login_on: date | None = Field(description="The newest login that the source knows of")
