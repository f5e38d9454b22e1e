"""Consultations on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.projects.body.schemas import Day
from services.projects.consultation.models import ConsultationState, Disposition
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

Name = Annotated[str, Field(min_length=1, max_length=200)]

_CREATE: dict[str, Any] = {
    "title": "Kravspecifikation, remissversion",
    "documentRef": "https://dokument.bjorkby.example/krav",
    "documentVersion": "0.9",
    "audience": [{"bodyId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11", "name": None}, {"name": "Elevrådet"}],
    "dueOn": "2027-05-31",
}


class Addressee(ApiInput):
    """A body of the project, or an organisation by name."""

    body_id: UUID | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.body_id is None) == (self.name is None):
            raise ValueError("give either bodyId or name")
        return self


class ConsultationCreate(ApiInput):
    """One version of a document, to whom it goes, and until when they may answer."""

    model_config = example(_CREATE)

    title: Name
    document_ref: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^(https://|/projects/v1/)")]
    document_version: Annotated[str, Field(min_length=1, max_length=50)]
    audience: Annotated[list[Addressee], Field(min_length=1, max_length=100)]
    due_on: Day


class ConsultationPublic(ApiModel):
    """A consultation, and how many of its responses wait to be dealt with."""

    model_config = example(
        _CREATE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "state": "open",
            "closedAt": None,
            "responses": 3,
            "undisposed": 1,
            "version": 1,
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    title: str
    document_ref: str
    document_version: str
    audience: list[Addressee]
    due_on: date
    state: ConsultationState
    closed_at: datetime | None
    responses: int
    undisposed: int
    version: int
    allowed_actions: list[AllowedAction]


class ResponseCreate(ApiInput):
    """What an organisation answered, in its words."""

    model_config = example({"respondent": "Elevrådet", "content": "Vi vill kunna lämna in från mobilen"})

    respondent: Name
    content: Annotated[str, Field(min_length=1, max_length=20_000)]


class DispositionCreate(ApiInput):
    """How a response was dealt with, and why. It can be changed until the consultation is closed."""

    model_config = example({"disposition": "accepted", "motive": "Kravet är infört som F12"})

    disposition: Disposition
    motive: Annotated[str, Field(min_length=1, max_length=4000)]


class ResponsePublic(ApiModel):
    """A response; `disposition` is null until it was dealt with."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "consultationId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "respondent": "Elevrådet",
            "content": "Vi vill kunna lämna in från mobilen",
            "receivedAt": "2027-05-20T08:00:00Z",
            "isLate": False,
            "disposition": None,
            "motive": "",
            "disposedBy": None,
            "disposedAt": None,
            "version": 1,
        }
    )

    id: UUID
    consultation_id: UUID
    respondent: str
    content: str
    received_at: datetime
    is_late: bool = Field(description="It came after the last day; it is dealt with all the same")
    disposition: Disposition | None
    motive: str
    disposed_by: UUID | None
    disposed_at: datetime | None
    version: int
