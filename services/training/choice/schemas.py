"""Request and response bodies of choices."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.web import ApiInput, ApiModel, example

_EXAMPLE = {"title": "Theme day, 1 November: morning or afternoon"}


class SessionChoiceCreate(ApiInput):
    """A choice; sessions join it when they are planned."""

    model_config = example(_EXAMPLE)

    title: str = Field(min_length=1, max_length=200)


class SessionChoicePublic(ApiModel):
    """Sessions with this `choiceId` exclude each other: each person takes one."""

    model_config = example(
        _EXAMPLE | {"id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11", "version": 1, "createdAt": "2026-08-17T08:00:00Z"}
    )

    id: UUID
    title: str
    version: int
    created_at: datetime
