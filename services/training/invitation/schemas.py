"""Mails and messages on the wire: whether they arrived, never what an address is."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.training.wording.defaults import Kind
from shared.kit.text import Lang
from shared.web import ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_MAIL: dict[str, object] = {
    "id": _ID,
    "enrolmentId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "sessionId": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11",
    "personId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "displayName": "Test Testsson",
    "kind": "invitation",
    "state": "unreachable",
    "reason": "bounced",
    "attempts": 1,
    "sentAt": "2027-03-01T08:01:00Z",
    "createdAt": "2027-03-01T08:00:00Z",
}

State = Literal["waiting", "sending", "sent", "unreachable", "failed", "dropped"]
Reason = Literal["no_address", "bounced", "refused", "given_up"]


class MailPublic(ApiModel):
    """One mail about one enrolment. `unreachable`: the person has no address here (`no_address`: protected persons
    too) or it was refused (`bounced`); tell them in another way. `dropped`: a later mail says otherwise."""

    model_config = example(_MAIL)

    id: UUID
    enrolment_id: UUID
    session_id: UUID
    person_id: UUID
    display_name: str
    kind: Kind
    state: State
    reason: Reason | None
    attempts: int
    sent_at: datetime | None
    created_at: datetime


class MailRepeats(ApiModel):
    """The mails that were written anew; they leave within a minute."""

    model_config = example({"enrolmentId": _ID, "written": 1})

    enrolment_id: UUID
    written: int


class SessionMessageCreate(ApiInput):
    """What everybody with a seat is to be told, in the words of whoever writes."""

    model_config = example({"subject": "Ta med dator", "text": "Ta med din dator och laddare."})

    subject: Annotated[str, StringConstraints(min_length=1, max_length=150, pattern=r"^[^\r\n\x00]+$")]
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]+$")]


class SessionMessagePublic(ApiModel):
    """A message that leaves within a minute, by mail."""

    model_config = example(
        {"id": _ID, "sessionId": _ID, "recipients": 18, "createdAt": "2027-03-01T08:00:00Z"}
    )  # fmt: skip

    id: UUID
    session_id: UUID
    recipients: int = Field(description="How many mails were written; `mails` of the session tells which arrived")
    created_at: datetime


class MailChoiceInput(ApiInput):
    """In which language I want mail."""

    model_config = example({"language": "da"})

    language: Lang


class MailChoicePublic(ApiModel):
    """My language; null where I chose none and get my authority's. Version 0 before the first choice."""

    model_config = example({"language": "da", "version": 1})

    language: Lang | None
    version: int
