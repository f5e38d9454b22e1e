"""Request and response bodies of rolls."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.web import ApiInput, ApiModel, example

_ENROLMENT = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_SIGNATURE = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"
_MARK = {
    "nonce": "8c1f6a52-tablet-1",
    "enrolmentId": _ENROLMENT,
    "kind": "arrived",
    "at": "2026-08-17T07:03:10Z",
}


class RollLinePublic(ApiModel):
    """One person on a roll. Of a protected person the name is the alias."""

    enrolment_id: UUID
    display_name: str
    state: Literal["confirmed", "attended", "partial", "no_show"]


class RollDate(ApiModel):
    starts_at: datetime
    ends_at: datetime


class RollPublic(ApiModel):
    """What a device takes along. `signature` (JWS, ES256 by the authority's published key) holds `linesHash`: the
    SHA-256 of [[enrolmentId, displayName, state], …] as JSON without spaces. It is sent back with the marks."""

    model_config = example(
        {
            "rollId": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11",
            "sessionId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
            "issuedAt": "2026-08-17T06:30:00Z",
            "dates": [{"startsAt": "2026-08-17T07:00:00Z", "endsAt": "2026-08-17T10:00:00Z"}],
            "lines": [{"enrolmentId": _ENROLMENT, "displayName": "Test Testsson", "state": "confirmed"}],
            "signature": _SIGNATURE,
        }
    )

    roll_id: UUID
    session_id: UUID
    issued_at: datetime
    dates: list[RollDate]
    lines: list[RollLinePublic]
    signature: str


class RollMark(ApiInput):
    """One thing that the trainer saw. `nonce` names it for good: the device makes it and sends it again unchanged."""

    nonce: str = Field(min_length=8, max_length=100, pattern=r"^[A-Za-z0-9._~-]+$")
    enrolment_id: UUID
    kind: Literal["arrived", "left", "attended", "partial", "no_show"]
    at: AwareDatetime = Field(description="By the device's clock", examples=["2026-08-17T07:03:10Z"])


class RollUpload(ApiInput):
    """Marks in any order, as often as the device likes."""

    model_config = example({"signature": _SIGNATURE, "deviceTime": "2026-08-17T10:20:00Z", "marks": [_MARK]})

    signature: str = Field(min_length=1, max_length=4000, description="Of the roll that was marked")
    device_time: AwareDatetime = Field(
        description="The device's clock now: marks are moved by how far it is off", examples=["2026-08-17T10:20:00Z"]
    )
    marks: list[RollMark] = Field(min_length=1, max_length=2000)


class RollRow(ApiModel):
    """What became of one mark. `applied`: it counts. `repeated`: it was here before. `unchanged`: it says what is known
    already. `superseded`: a later word says otherwise. `refused`: see `problem`. `state` is the enrolment's now."""

    nonce: str
    status: Literal["applied", "repeated", "unchanged", "superseded", "refused"]
    problem: (
        Literal[
            "not-on-the-roll", "seat-given", "in-the-future", "before-the-session", "outside-the-session",
            "nonce-reused",
        ]
        | None
    )  # fmt: skip
    state: Literal["confirmed", "attended", "partial", "no_show"] | None


class RollUploaded(ApiModel):
    """One row for each mark, in the order sent."""

    model_config = example(
        {"rows": [{"nonce": "8c1f6a52-tablet-1", "status": "applied", "problem": None, "state": "attended"}]}
    )

    rows: list[RollRow]
