"""Request and response bodies of courses."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, Strict, StringConstraints, model_validator

from shared.kit.text import Text
from shared.web import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Mode = Literal["on_site", "web", "self_study"]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
TrainingRole = Annotated[str, StringConstraints(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=60)]
GroupSize = Annotated[int, Strict(), Field(ge=1, le=100_000, description="People per session")]

Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=500)]

_EXAMPLE = {
    "key": "key-persons",
    "title": {"sv": "Nyckelpersoner", "en": "Key persons", "da": None},
    "mode": "on_site",
    "audience": ["key_person"],
    "minSize": 15,
    "maxSize": 25,
    "link": "https://academy.example/key-persons",
    "audienceOnly": False,
}


class CourseCreate(ApiInput):
    """A course and the training roles that need it."""

    model_config = example(_EXAMPLE)

    key: Key
    title: Text
    mode: Mode = "on_site"
    audience: list[TrainingRole] = Field(
        default_factory=list, max_length=20, description="Roles that need it; empty where curricula alone say so"
    )
    min_size: GroupSize = 1
    max_size: GroupSize = 25
    link: Link | None = Field(None, description="Where the material of self-study is")
    audience_only: bool = Field(False, description="Whether only those who need the course may enrol")

    @model_validator(mode="after")
    def _sizes_in_order(self) -> Self:
        if self.min_size > self.max_size:
            raise ValueError("minSize must not be larger than maxSize")
        return self


class CourseUpdate(ApiPatch):
    """Only the fields that are given change."""

    model_config = example({"maxSize": 20})

    title: Text | None = None
    mode: Mode | None = None
    audience: list[TrainingRole] | None = Field(None, max_length=20)
    min_size: GroupSize | None = None
    max_size: GroupSize | None = None
    link: Link | None = None
    audience_only: bool | None = None
    archived: bool | None = None


class CoursePublic(ApiModel):
    """A course."""

    model_config = example(
        _EXAMPLE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "archived": False,
            "version": 1,
            "allowedActions": [],
            "createdAt": "2026-08-17T08:00:00Z",
        }
    )

    id: UUID
    key: str
    title: Text
    mode: Mode
    audience: list[str]
    min_size: int
    max_size: int
    link: str | None
    audience_only: bool
    archived: bool
    version: int
    created_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
