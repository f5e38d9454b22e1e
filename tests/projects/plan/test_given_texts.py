"""Texts that people send: bounded in every feature, and nothing in them that a database cannot store."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

import services.projects.app  # noqa: F401  # every feature's bodies are known after this
from services.projects.plan.schemas import GivenText
from shared.kit.text import Text
from shared.web.models import ApiInput


def _inputs(kind: type[ApiInput]) -> Iterator[type[ApiInput]]:
    for each in kind.__subclasses__():
        yield each
        yield from _inputs(each)


def _holds(annotation: Any, wanted: type) -> bool:
    """Whether the type is, or somewhere inside it is, exactly `wanted`."""
    if annotation is wanted:
        return True
    inside = list(get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inside += [field.annotation for field in annotation.model_fields.values()]
    return any(_holds(part, wanted) for part in inside)


def test_no_body_of_projects_takes_a_text_without_bounds() -> None:
    bodies = [body for body in _inputs(ApiInput) if body.__module__.startswith("services.projects.")]
    assert len(bodies) > 50
    # A risk matrix is checked as templates are, by the model that reads their files.
    unbounded = [
        f"{body.__name__}.{name}"
        for body in bodies
        for name, field in body.model_fields.items()
        if _holds(field.annotation, Text) and name != "definition"
    ]
    assert unbounded == []


@pytest.mark.parametrize("wrong", ["\ud800", "x" * 4001])
def test_half_a_letter_and_a_book_are_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        GivenText(sv=wrong, en="Whole")
