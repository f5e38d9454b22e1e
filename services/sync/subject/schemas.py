"""Requests of data subjects on the wire: ids, states and numbers. What is found of a person is in the file alone."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.sync.subject.models import Ground
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_OTHER = "01979f3a-8a40-7d11-8c55-0d7e6f1a2b33"
_OUTCOME = {
    "service": "identity",
    "state": "done",
    "count": 4,
    "kept": {"journal": "the journal is append-only and holds ids, no names"},
    "fault": None,
    "at": "2026-11-22T14:00:00Z",
}
_ASKED = {
    "id": _ID,
    "personId": _OTHER,
    "accountId": None,
    "caseRef": "BUN 2026/123",
    "askedBy": _ID,
    "createdAt": "2026-11-22T13:59:00Z",
    "outcomes": [_OUTCOME],
    "jobId": _ID,
    "endedAt": None,
    "allowedActions": [],
}

CaseRef = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-zÅÄÖÆØåäöæø]{0,6}[ -]?[0-9][0-9/:.\- ]{0,30}$",
        description="The number of the case in your diary; no name fits into it",
    ),
]


class _Somebody(ApiInput):
    person_id: UUID | None = Field(default=None, description="A person of the roster, ended or not")
    account_id: UUID | None = Field(default=None, description="Of who has an account and stands in no roster")
    case_ref: CaseRef | None = None


class PersonExportCreate(_Somebody):
    """Whose data shall be put together. Either `personId` or `accountId`."""

    model_config = example({"personId": _OTHER, "caseRef": "BUN 2026/123"})


class PersonErasureCreate(_Somebody):
    """Who shall be forgotten, and by which letter of GDPR article 17(1). Either `personId` or `accountId`."""

    model_config = example({"personId": _OTHER, "ground": "not_needed", "caseRef": "BUN 2026/124"})

    ground: Ground


class ServiceOutcome(ApiModel):
    """What one service answered. A service that is down stays `waiting` and is asked again."""

    model_config = example(_OUTCOME)

    service: str
    state: Literal["done", "waiting"]
    count: int = Field(description="Rows shown, or erased and made anonymous")
    kept: dict[str, str] = Field(description="What stays, and why")
    fault: str | None = Field(description="Why it still waits: unreachable, or status_ and the code")
    at: datetime


class _Request(ApiModel):
    id: UUID
    person_id: UUID | None
    account_id: UUID | None
    case_ref: str | None
    asked_by: UUID
    created_at: datetime
    outcomes: list[ServiceOutcome]
    job_id: UUID | None
    ended_at: datetime | None
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class PersonExportPublic(_Request):
    """A data subject's export. It is ready when every service has answered; the file is kept until `fileUntil`."""

    model_config = example({**_ASKED, "state": "running", "fileUntil": None})

    state: Literal["running", "ready", "failed", "erased", "expired"]
    file_until: datetime | None


class PersonErasurePublic(_Request):
    """A data subject's erasure. Done when every service has answered; `outcomes` say what each keeps and why."""

    model_config = example({**_ASKED, "ground": "not_needed", "state": "waiting", "decidedBy": None, "decidedAt": None})

    ground: Ground
    state: Literal["waiting", "refused", "running", "done", "failed"]
    decided_by: UUID | None
    decided_at: datetime | None
