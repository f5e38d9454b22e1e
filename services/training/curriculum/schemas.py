"""Request and response bodies of curricula."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.training.course.schemas import Key, TrainingRole
from shared.contracts.sync import SchoolForm
from shared.kit.text import Text
from shared.web import AllowedAction, ApiInput, ApiModel, ApiPatch, example


def _once_each(modules: list[UUID]) -> list[UUID]:
    if len(set(modules)) < len(modules):
        raise ValueError("name each course once")
    return modules


Modules = Annotated[list[UUID], Field(min_length=1, max_length=100), AfterValidator(_once_each)]

_EXAMPLE = {
    "key": "teachers-compulsory",
    "title": {"sv": "Lärare i grundskolan", "en": "Teachers in compulsory school", "da": None},
    "role": "teacher",
    "schoolForm": "compulsory",
    "courseIds": ["01979f3a-1111-7b52-9d3a-5f0c2b9e8d11"],
}


class CurriculumCreate(ApiInput):
    """The modules that a role needs, in order; `schoolForm` null: in every school form."""

    model_config = example(_EXAMPLE)

    key: Key
    title: Text
    role: TrainingRole
    school_form: SchoolForm | None = None
    course_ids: Modules


class CurriculumUpdate(ApiPatch):
    """Only the fields that are given change; needs and coverage follow."""

    model_config = example({"archived": True})

    title: Text | None = None
    course_ids: Modules | None = None
    archived: bool | None = None


class CurriculumPublic(ApiModel):
    """A curriculum with its modules in order."""

    model_config = example(
        _EXAMPLE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "archived": False,
            "version": 1,
            "createdAt": "2026-08-17T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    key: str
    title: Text
    role: str
    school_form: str | None
    course_ids: list[UUID]
    archived: bool
    version: int
    created_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
