"""Request and response bodies of prerequisites and completions."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web import ApiInput, ApiModel, example

Kind = Literal["soft", "hard"]
_REQUIRES = {"requiresId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11", "kind": "soft"}
_COMPLETION = {
    "personId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "completedOn": "2026-08-10",
    "source": "academy",
}


class PrerequisiteCreate(ApiInput):
    """A course to be worked through before; `hard` keeps people out until they have."""

    model_config = example(_REQUIRES)

    requires_id: UUID
    kind: Kind = "soft"


class PrerequisitePublic(ApiModel):
    """A course that another one builds on."""

    model_config = example(
        _REQUIRES | {"id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11", "courseId": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11"}
    )

    id: UUID
    course_id: UUID
    requires_id: UUID
    kind: Kind


class CompletionCreate(ApiInput):
    """Somebody worked through the course without a session of ours."""

    model_config = example(_COMPLETION)

    person_id: UUID
    completed_on: date
    source: str = Field("manual", min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_-]*$")


class CompletionPublic(ApiModel):
    """A completion; it counts as attendance."""

    model_config = example(
        _COMPLETION | {"id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11", "courseId": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11"}
    )

    id: UUID
    course_id: UUID
    person_id: UUID
    completed_on: date
    source: str


class PrerequisiteGap(ApiModel):
    """Somebody with a seat or a place in the queue who lacks a prerequisite of the course."""

    model_config = example(
        {
            "personId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
            "displayName": "Test Testsson",
            "courseId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
            "kind": "soft",
        }
    )

    person_id: UUID
    display_name: str
    course_id: UUID
    kind: Kind
