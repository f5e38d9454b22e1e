"""Request and response bodies of attendance."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, Strict, model_validator

from shared.web import ApiInput, ApiModel, example

Percent = Annotated[int, Strict(), Field(ge=0, le=100)]
Minutes = Annotated[int, Strict(), Field(ge=0, le=240)]
Hours = Annotated[int, Strict(), Field(ge=0, le=24 * 14)]

_POLICY = {"lateAfterMinutes": 10, "partialBelowPercent": 80, "absentBelowPercent": 10, "settleAfterHours": 24}
_ROW: dict[str, object] = {
    "enrolmentId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "displayName": "Test Testsson",
    "state": "attended",
    "arrivedAt": "2026-08-17T07:04:00Z",
    "leftAt": None,
    "isLate": False,
}


class AttendancePolicyInput(ApiInput):
    """From when on somebody is late, was there in part, or not at all; and when who was not seen is a no-show."""

    model_config = example(_POLICY)

    late_after_minutes: Minutes = Field(description="Arriving later than this after the beginning is late")
    partial_below_percent: Percent = Field(description="Having been there for a smaller share is `partial`")
    absent_below_percent: Percent = Field(description="Having been there for a smaller share is `no_show`")
    settle_after_hours: Hours = Field(description="So long after the end, who was not seen did not come")

    @model_validator(mode="after")
    def _shares_are_in_order(self) -> Self:
        if self.absent_below_percent > self.partial_below_percent:
            raise ValueError("absentBelowPercent must not be more than partialBelowPercent")
        return self


class AttendancePolicyPublic(ApiModel):
    """The thresholds in force; version 0 as long as they are ours."""

    model_config = example(_POLICY | {"version": 0})

    late_after_minutes: int
    partial_below_percent: int
    absent_below_percent: int
    settle_after_hours: int
    version: int


class AttendancePublic(ApiModel):
    """One person of a session. `state` `confirmed`: not seen yet. Protected persons show an alias."""

    model_config = example(_ROW)

    enrolment_id: UUID
    display_name: str
    state: Literal["confirmed", "attended", "partial", "no_show"]
    arrived_at: datetime | None = Field(description="Null where only the trainer's word is known")
    left_at: datetime | None
    is_late: bool


class AttendanceGapPublic(ApiModel):
    """A session that is over and of which nobody took attendance: the trainer is asked, nothing is guessed."""

    model_config = example(
        {"sessionId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11", "missingSince": "2026-08-18T10:00:00Z"}
    )

    session_id: UUID
    missing_since: datetime
