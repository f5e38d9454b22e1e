"""Request and response bodies of changes of trainers."""

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from services.training.meeting.schemas import SessionTrainerPublic
from shared.web import ApiInput, ApiModel, example

_A, _B = "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11", "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11"
_SESSION = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class StandInCreate(ApiInput):
    """`outgoingId` cannot hold the session. Without more, the first backup takes over; `incomingId`
    names somebody else, `withSessionId` a session whose trainer comes in exchange."""

    model_config = example({"outgoingId": _A, "reason": "The trainer is ill"})

    outgoing_id: UUID
    incoming_id: UUID | None = None
    with_session_id: UUID | None = None
    reason: str = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.incoming_id == self.outgoing_id:
            raise ValueError("incomingId must be somebody else than outgoingId")
        if self.with_session_id is not None and self.incoming_id is None:
            raise ValueError("an exchange with another session names its trainer as incomingId")
        return self


class StandInPublic(ApiModel):
    """Who holds the session now."""

    model_config = example({"sessionId": _SESSION, "version": 2, "trainers": [{"personId": _B, "duty": "trainer"}]})

    session_id: UUID
    version: int
    trainers: list[SessionTrainerPublic]
